/** A stream that counts among the open ones. */
import { HttpError } from '../http/http-error.js';
import type { V1Host } from './route.js';

/** @throws HttpError when there are too many */
export function counted<Piece>(pieces: AsyncIterable<Piece>, { streams, options }: Pick<V1Host, 'streams' | 'options'>): AsyncGenerator<Piece> {
  if (streams.count >= options.streamsMax) throw new HttpError(503);
  return (async function* count() {
    streams.count += 1;
    try {
      yield* pieces;
    } finally {
      streams.count -= 1;
    }
  })();
}
