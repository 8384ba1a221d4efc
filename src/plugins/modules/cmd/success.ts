/** Which ends of a command count as success besides exit code 0. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';
import type { CommandRequest } from './request.js';

export interface Success {
  fits(code: number, stdout: string, stderr: string): boolean;
}

/** @throws InvocationError when a code is no whole number. */
export function readSuccess(request: Pick<CommandRequest, 'successRetcodes' | 'successStdout' | 'successStderr'>): Success {
  const codes = listOf(request.successRetcodes).map(readCode);
  const out = listOf(request.successStdout).map(str);
  const err = listOf(request.successStderr).map(str);
  return {
    fits: (code, stdout, stderr) =>
      codes.includes(code) || out.some((text) => stdout.includes(text)) || err.some((text) => stderr.includes(text)),
  };
}

/** A list as it is, everything else as text between commas. */
function listOf(value: Value): readonly Value[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : str(value).split(',').map((part) => part.trim());
}

function readCode(value: Value): number {
  const text = typeof value === 'boolean' ? String(Number(value)) : str(value).trim();
  if (!/^[+-]?\d+$/.test(text)) throw new InvocationError('success_retcodes must be a list of integers');
  return Number(text);
}
