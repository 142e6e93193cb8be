// SIGINT and SIGTERM: the first asks the command to stop at a good place, the second ends the process at once.
import type { SignalSource } from './io.js';

export interface Interrupt {
  /** Aborted by the first signal. */
  signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

/** @param exit ends the process; called with 130 by the second signal */
export function watchSignals(source: SignalSource | undefined, exit: (status: number) => void): Interrupt {
  const controller = new AbortController();
  const listen = (): void => {
    if (controller.signal.aborted) exit(130);
    else controller.abort();
  };
  source?.on('SIGINT', listen);
  source?.on('SIGTERM', listen);
  return {
    signal: controller.signal,
    dispose() {
      source?.off('SIGINT', listen);
      source?.off('SIGTERM', listen);
    },
  };
}
