/** The configuration cannot be used. Commands print the message after `[ERROR   ] ` and end with exit code 1. */
import { TsaltError } from '../contract/errors.js';

export class ConfigError extends TsaltError {
  readonly code = 'config.invalid';
  readonly exitCode = 1;
}
