// What one event looks like on a WebSocket. The same frame goes to many, so those of the latest payload are kept as bytes.
import { textFrame } from '#server/platform/sockets/frames.ts';

let latest: string | null = null;
const frames = new Map<string, Buffer>();

/**
 * The frame for an event on the stream of those names. `payload` is JSON text or a bare id, which travels as a string; without
 * one the key is absent.
 */
export function frameOf(names: readonly string[], event: string, payload: string | null): Buffer {
  if (payload !== latest) {
    frames.clear();
    latest = payload;
  }
  const key = `${names.join('\n')}\n${event}`;
  const known = frames.get(key);
  if (known) return known;
  const rest = payload === null ? '' : `,"payload":${JSON.stringify(payload)}`;
  const frame = textFrame(`{"stream":${JSON.stringify(names)},"event":"${event}"${rest}}`);
  frames.set(key, frame);
  return frame;
}
