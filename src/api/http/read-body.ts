/** The body of a request: at most so many bytes, whatever its header says. */
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.js';

export function readBody(message: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const said = Number(message.headers['content-length'] ?? 0);
  if (said > bytesMax) return Promise.reject(new HttpError(413));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    message.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > bytesMax) {
        message.pause();
        reject(new HttpError(413));
        return;
      }
      chunks.push(chunk);
    });
    message.on('end', () => resolve(Buffer.concat(chunks)));
    message.on('error', reject);
    message.on('close', () => reject(new HttpError(400, 'The request ended early')));
  });
}
