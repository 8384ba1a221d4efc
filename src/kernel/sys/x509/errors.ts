/** What is wrong with a key, a certificate or the like that was given. */
import { InvocationError } from '../../contract/errors.js';

/** The bytes are not what was asked for. */
export class UnreadableError extends InvocationError {}
export class WrongPassphraseError extends InvocationError {
  constructor() {
    super('Bad decrypt - is the password correct?');
  }
}
export class MissingPassphraseError extends InvocationError {
  constructor() {
    super('Private key is encrypted. Please provide a password.');
  }
}
export class NeedlessPassphraseError extends InvocationError {
  constructor() {
    super('Private key is unencrypted. Please remove the password.');
  }
}
