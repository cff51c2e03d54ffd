/**
 * Passwords that are tried first by whoever guesses: common words with what people hang on to them, walks over the
 * keyboard, runs, repetitions and dates. Rules rather than a list (decision 12): they know more than 3,000.
 */

/** Why nobody should have this password, in words for whoever chose it; `undefined` where nothing speaks against it. */
export function weaknessOf(password: string, email: string): string | undefined {
  const plain = password.normalize("NFKC").toLowerCase().replaceAll(/\s/g, "");
  if (isRepetition(plain)) return "repeats itself, and is among the first that are tried";
  if (isRun(plain) || isWalk(plain)) return "is a row of the keyboard, and among the first that are tried";
  if (/^\d{1,10}$/.test(plain)) return "is nothing but a few digits, and soon found by trying";
  if (isDate(plain)) return "is a date, and among the first that are tried";
  if (isDecoratedWord(plain)) return "is one of the commonest, and among the first that are tried";
  return isOfEmail(plain, email) ? "is made of your e-mail address" : undefined;
}

/** One to four characters again and again: `aaaaaaaa`, `abcabcabc`, `12341234`. */
function isRepetition(text: string): boolean {
  return /^(.{1,4}?)\1+$/.test(text) && text.length >= 6;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "01234567890123456789";

/** Up or down the alphabet or the digits, or both joined: `12345678`, `abcd1234`, `abc123456`, `123456abc`. */
function isRun(text: string): boolean {
  const parts = text.match(/[a-z]+|\d+|[^a-z\d]+/g) ?? [];
  const isSequence = (part: string) =>
    part.length <= 1 || [ALPHABET, DIGITS].some((row) => row.includes(part) || backwards(row).includes(part));
  return parts.length <= 3 && parts.every((part) => isSequence(part) || new Set(part).size === 1);
}

const ROWS = [
  "1234567890-=",
  "!@#$%^&*()_+",
  "qwertyuiop[]",
  "asdfghjkl;'",
  "zxcvbnm,./",
  "qwertzuiop",
  "yxcvbnm",
  "azertyuiop",
  "qsdfghjklm",
  "wxcvbn",
  // Down the columns, and from row to row.
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
  "1q2w3e4r5t6y7u8i9o0p",
  "q1w2e3r4t5y6u7i8o9p0",
  "qazwsxedcrfvtgbyhnujmik,ol.p;/",
  "zaqxswcdevfrbgtnhymju",
  "1a2b3c4d5e6f7g8h9i0j",
  "a1b2c3d4e5f6g7h8i9j0",
  "147258369",
  "159753",
  "789456123",
  "741852963",
  "14789632",
];
const WALKS = ROWS.flatMap((row) => [row, backwards(row)]);
const SHORTEST_STEP = 3;

/** Made of nothing but pieces of rows, with digits at its end: `qwertyuiop`, `qweasdzxc`, `1q2w3e4r`, `asdfgh123`. */
function isWalk(text: string): boolean {
  const withoutEnd = text.replace(/[\d!.?*#@$_-]*$/, "");
  return (
    covers(text) ||
    (withoutEnd.length >= SHORTEST_STEP && covers(withoutEnd) && text.length - withoutEnd.length <= 5)
  );
}

function covers(text: string): boolean {
  let rest = text;
  while (rest.length > 0) {
    let length = Math.min(rest.length, 40);
    while (length >= SHORTEST_STEP && !WALKS.some((walk) => walk.includes(rest.slice(0, length))))
      length -= 1;
    if (length < SHORTEST_STEP) return false;
    rest = rest.slice(length);
  }
  return true;
}

/** A day of the last or this century, with or without what stands between. */
function isDate(text: string): boolean {
  const digits = text.replaceAll(/[-./]/g, "");
  if (!/^\d{8}$/.test(digits)) return false;
  const asDate = (year: string, one: string, other: string) =>
    /^(?:19|20)/.test(year) &&
    Math.min(Number(one), Number(other)) <= 12 &&
    Math.max(Number(one), Number(other)) <= 31 &&
    Math.min(Number(one), Number(other)) >= 1;
  return (
    asDate(digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)) ||
    asDate(digits.slice(4), digits.slice(0, 2), digits.slice(2, 4))
  );
}

/** Words by their first letter, so that the eye finds one. None is shorter than what people lengthen to eight characters. */
const WORDS = `
aaron abc abigail access account adam admin administrator adrian albert alex alexander alexandra alexis alice allison amanda amber america american amy andrea andrew andy angel angela angels anna anthony apple april arsenal arthur ashley asshole august austin
babe baby babygirl backup bailey banana barcelona barney baseball basketball batman bear beautiful beaver benjamin bigdaddy bigdog billy bitch bitches blackcat blahblah blessed blessing blink boomer booboo boston brandon brandy brian brittany brooklyn bubba bubbles buddy bulldog buster butter butterfly butthead
caesar calvin camaro cameron campbell canada captain carlos carolina caroline carter casper cassie celtic changeme changeit charles charlie charlotte cheese chelsea cherry chester chicago chicken chocolate chopper chris christ christian christina christine christopher cinderella claudia clayton coffee compaq computer connor cookie cookies cool corvette country courtney cowboy cowboys crystal cupcake
daddy daisy dakota dallas daniel danielle database david debbie december default demo denise dennis denver destiny diablo diamond dolphin dolphins dominic donald doctor dragon dragonball drowssap ducati dexter
eagle eagles edward einstein elephant elizabeth elliot eminem enter enterprise eric escort everton explorer
facebook faith falcon family favorite february felix fender ferrari firebird fishing florida flower flowers football forever forest formula france francis frank freddy freedom friday friend friends fuck fucker fuckme fuckoff fuckyou
gabriel gandalf garfield gateway genesis genius george gfhjkm gibson ginger giants girls gizmo godzilla golden goldfish golfer google gordon grandma green gregory guest guitar gunner
hacker hallo hammer hannah happy hardcore harley harry hawaii heather heaven hello hellokitty helloworld helpme hockey holiday home honda honey hooters horses hotdog hotmail house houston hunter
iceman ignore iloveu iloveyou india indiana infinity inter internet isabella island install
jackass jackie jackson jaguar james jasmine jason jasper jeffrey jennifer jeremy jessica jessie jesus jimmy johnny johnson jonathan jordan jordan23 joseph joshua julian july june junior justin justine
karina katie kawasaki kennedy kevin killer kimberly king kingdom kitten kitty knight
lakers lasvegas laura lauren legend leonardo letmein letmeinnow liberty lincoln linda lindsay little liverpool logan login logitech london love loveme lovely lover loveyou lucky
madison maggie magic manager manchester marcus margaret maria marina mario marine mark marlboro marley martin master matrix matthew maverick maxwell melissa member mercedes mercury merlin michael michelle mickey microsoft midnight miller million mistress mitchell mohammed molly monday monica monkey monster montana moon moonlight morgan mother motorola mountain muffin murphy music mustang mynoob mypassword
naruto natalie natasha nathan newyork nicholas nicole nintendo nirvana nissan nokia nothing november numberone
october oliver olivia omega online oracle orange orlando
packers panther pass passport passw0rd passwd password passwort passworld patrick paul peaches peanut peekaboo peewee penguin people pepper personal peter phantom phoenix picture pikachu player playstation please pokemon police porsche portugal power prince princess private promise pumpkin purple pussy
qwer qwert qwerty qazwsx queen
rabbit rachel rainbow ranger rangers raiders rebecca redskins redsox reggie remember richard robert robin rocket rocky ronaldo rosebud runner russia
sabrina sammy samantha samson samsung samuel sandra saturn saturday savannah scooby scooter scorpion scott secret secure security senha september server service seven shadow shalom shannon sierra silver simple single skippy slayer slipknot smokey snickers snoopy snowball soccer sophie spanky sparky spartan spencer spider spiderman spirit spring stanley star starcraft stargate starwars steelers stella stephanie steven student success summer sunday sunflower sunny sunshine super superman superstar support surfer sweet sweetie swordfish system
taylor teacher teddy temp tennis teresa test tester testing thailand theman thomas thunder thursday tiffany tiger tigers tigger time tinkerbell titanic tomcat toor topgun toyota travis trinity trouble trustno trustno1 tucker tuesday turtle tweety twilight
ubuntu united universe unknown user username
vampire vanessa velvet verizon veronica victor victoria vincent viper viking virginia
walter warcraft warrior webmaster wednesday welcome whatever wheelhouse whiskey william willow wilson winner winston winter wisdom wizard wolf wolverine wonder
xavier xbox yamaha yankee yankees yellow yourmom youtube
zachary zaq zidane zombie zxcvbn zxcvbnm
sachin anjali krishna ganesh lakshmi sairam jaimatadi contrasena contraseña teamo tequiero hola bonjour motdepasse soleil doudou loulou chouchou marseille azerty hallo schatz schalke passwort geheim ficken master123 sommer natascha ninja parola privet lyubov pizza estrella mariposa bonita alejandro fernando juventus woaini aini iloveyou1314 5201314 xiaoming sakura doraemon bangbang
`;
const COMMON: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/** What stands for what, where people make a word safer. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** One common word, or one twice, or two joined, with up to five digits and signs before or behind, in any disguise. */
function isDecoratedWord(text: string): boolean {
  return [text, text.replace(/^[\d\W_]{1,4}/, "")].some((each) =>
    strippedEnds(each).some((bare) =>
      [bare, undisguised(bare), undisguised(bare).replaceAll("i", "l")].some(isCommon),
    ),
  );
}

/** The text with none, and with up to five, of the digits and signs at its end taken away. */
function strippedEnds(text: string): readonly string[] {
  const end = /[\d\W_]*$/.exec(text)?.[0].length ?? 0;
  return Array.from({ length: Math.min(end, 5) + 1 }, (_, cut) => text.slice(0, text.length - cut));
}

function isCommon(text: string): boolean {
  if (COMMON.has(text)) return true;
  for (let cut = SHORTEST_STEP; cut <= text.length - SHORTEST_STEP; cut += 1)
    if (COMMON.has(text.slice(0, cut)) && COMMON.has(text.slice(cut))) return true;
  return COMMON.has(backwards(text));
}

function undisguised(text: string): string {
  return text.replaceAll(/./gu, (character) => LOOKALIKES[character] ?? character);
}

/** The part before the `@`, or its first name, with little more. */
function isOfEmail(text: string, email: string): boolean {
  const [name = "", host = ""] = email.toLowerCase().split("@", 2);
  return [email.toLowerCase(), name, host, host.replace(/\.\w+$/, "")].some(
    (part) => part.length >= 4 && text.includes(part) && text.length - part.length <= 4,
  );
}

function backwards(text: string): string {
  return text.split("").toReversed().join("");
}
