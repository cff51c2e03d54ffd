import { expect, test } from "vitest";
import { compare, formatDifference } from "../../../bench/otp-differential/compare.ts";
import { generate } from "../../../bench/otp-differential/generate.ts";
import { play } from "../../../bench/otp-differential/main.ts";
import { playHere } from "../../../bench/otp-differential/play-here.ts";
import { otpRelease } from "../../../bench/otp-differential/play-there.ts";

const release = await otpRelease();
if (release === undefined) console.log("otp-differential: skipped, there is no erl on the path");

test.skipIf(release === undefined)(
  "forty random supervisor scripts run as on Erlang/OTP (14–23)",
  async () => {
    const played = await play(1, 40);
    const differences = played.flatMap(({ difference }) => (difference === undefined ? [] : [difference]));
    expect(differences.map(formatDifference).join("\n\n")).toBe("");
    expect(played.map(({ lines }) => lines.length).every((length) => length >= 3)).toBe(true);
  },
);

test("a seed makes the same script and the same trace again", async () => {
  const script = generate(17);
  expect(generate(17)).toEqual(script);
  expect(generate(18)).not.toEqual(script);
  expect(await playHere(script)).toEqual(await playHere(script));
});

test("scripts show every kind of event and answer", async () => {
  const lines = (
    await Promise.all(Array.from({ length: 150 }, (_, seed) => playHere(generate(seed))))
  ).flat();
  const seen = [
    /^start w/,
    /^start s/,
    /^terminate w\S+ shutdown$/,
    /^exit w\S+ (normal|shutdown|shutdown\(x\)|killed|boom|thrown|oops)$/,
    /^exit s\S+ shutdown$/,
    /^exit s\S+ failed/,
    /^= (started|ignored|already_started|already_present)$/,
    /^= (stopped|deleted|running|not_found)$/,
    /^= failed\(boom\)$/,
    /^[=?] specs:/,
    /^\? .*:restarting:/,
    /^\? (restarting|running|stopped)$/,
    /^tree .*:undefined/,
    /^tree dead$/,
  ];
  for (const pattern of seen)
    expect(
      lines.some((line) => pattern.test(line)),
      String(pattern),
    ).toBe(true);
  expect(lines.filter((line) => line.includes("undefined#") || line.includes("restarting ="))).toEqual([]);
});

test("one line that differs is found, and shown with its seed", async () => {
  const script = generate(3);
  const lines = await playHere(script);
  expect(compare(script, lines, lines)).toBeUndefined();
  const difference = compare(script, lines, lines.toSpliced(1, 1, "start w99#1"));
  expect(difference && formatDifference(difference)).toMatch(/^seed 3: .*! start s1#1 +start w99#1/s);
});
