/** The renderer `msgpack`: bytes from a renderer before it. Text cannot hold them, in Salt as here. Golden: render/pipe-msgpack. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { isBytes, typeName, type Value } from '../../../kernel/std/value.js';
import type { RendererOptions } from '../contract.js';
import { RenderError } from '../render-error.js';
import { withoutShebang } from './input.js';

export async function renderMsgpack(input: Value, { unpack }: RendererOptions): Promise<Value> {
  if (typeof input === 'string' && withoutShebang(input).trim() === '') return {};
  if (!isBytes(input)) throw new PythonError('TypeError', `a bytes-like object is required, not '${typeName(input)}'`);
  if (unpack === undefined) throw new RenderError('The renderer msgpack is not available here');
  return unpack(input);
}
