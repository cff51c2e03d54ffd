import { createApiClient, type Answer, type Request } from "@wheelhouse/api";
import { expectTypeOf, test } from "vitest";

const client = createApiClient();

test("a route's name says what its call takes and answers", () => {
  expectTypeOf<Answer<"installation">>().toEqualTypeOf<{
    fresh: boolean;
    devicePort: number;
    needsCode: boolean;
    openRegistration: boolean;
  }>();
  expectTypeOf<Answer<"logOut">>().toEqualTypeOf<null>();
  expectTypeOf<Request<"device">["params"]>().toEqualTypeOf<{ project: string; device: string }>();
});

// Never run: each is a mistake that must not compile.
export function mistakes(): unknown[] {
  return [
    // @ts-expect-error: no such route
    client.call("devicess", { params: { project: "p" } }),
    // @ts-expect-error: the device is missing
    client.call("device", { params: { project: "p" } }),
    // @ts-expect-error: the body is missing
    client.call("logIn", {}),
    // @ts-expect-error: a name is text
    client.call("createDeviceKey", { params: { project: "p" }, body: { name: 7 } }),
    // @ts-expect-error: nobody is told a password
    client.call("me", {}).then(({ user }) => user.password),
  ];
}
