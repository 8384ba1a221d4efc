/** Waits until an engine is stopped, or what it listens with fails. */
export function untilAborted(signal: AbortSignal, onFailure: (fail: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    onFailure((error) => reject(error instanceof Error ? error : new Error(String(error))));
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
