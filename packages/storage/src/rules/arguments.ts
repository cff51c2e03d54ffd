/** The errors of a call that names something which isn't stored: the caller's mistake, so nothing to try again. */

import { showValue } from "@wheelhouse/protocol";

export function unknownProject(project: string): TypeError {
  return new TypeError(`expected project to be a stored one, got: ${showValue(project)}`);
}

export function unknownUser(user: string): TypeError {
  return new TypeError(`expected user to be a stored one, got: ${showValue(user)}`);
}

export function unknownDevice(device: string): TypeError {
  return new TypeError(`expected device to be a stored one, got: ${showValue(device)}`);
}

export function unknownVariable(name: string): TypeError {
  return new TypeError(`expected name to be a declared variable, got: ${showValue(name)}`);
}

/** Session ids are secrets, so the message names the device. */
export function unknownSession(device: string): TypeError {
  return new TypeError(`expected session to be one of device ${showValue(device)}`);
}

/** What is stored already isn't told: it may be a key. */
export function alreadyStored(what: string): TypeError {
  return new TypeError(`expected ${what} to be new, got one that is stored already`);
}
