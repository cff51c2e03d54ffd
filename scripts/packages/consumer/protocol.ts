/** Uses `@wheelhouse/protocol` as a server in another program would: reads lines and answers them. */

import { fitValue, formatMessage, kindOf, parseDeviceMessage } from "@wheelhouse/protocol";

const message = parseDeviceMessage('{"type":"variables","seq":7,"values":{"speed":3}}');
if (message.type === "variables") console.log(formatMessage({ type: "ack", seq: message.seq }).trim());
// prints: {"type":"ack","seq":7}

const refused = parseDeviceMessage("{");
console.log(refused.type === "refused" && refused.code); // prints: bad_json
console.log(typeof kindOf, typeof fitValue); // prints: function function

/** What must not compile, and would if the declarations had lost their types on the way. */
export function mistakes(): void {
  // @ts-expect-error: an ack has a number
  formatMessage({ type: "ack" });
}
