// One text for many connections: its frame is made once, and the same bytes are written to each.
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** A frame is dropped together with its connection when this many bytes wait for a slow reader. */
export const bufferLimit = 1024 * 1024;

/** An open WebSocket, and the stream under it. */
export interface Line {
  socket: WebSocket;
  stream: Duplex;
}

const finalText = 0x81;

/** The frame of a text as a server sends it: whole, not masked. @see RFC 6455 §5.2 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = finalText;
  if (headLength === 2) frame[1] = length;
  else if (headLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headLength);
  return frame;
}

/**
 * Writes a whole frame beside the library, whose own (pings, closing) never stand half-written where nothing is compressed. A
 * reader that does not keep up loses its connection; it comes back and reads the timeline.
 */
export function sendFrame({ socket, stream }: Line, frame: Buffer): void {
  if (socket.readyState !== socket.OPEN) return;
  if (stream.writableLength > bufferLimit) socket.terminate();
  else stream.write(frame);
}

/** The same for a text that one connection alone is told. */
export function sendText(line: Line, text: string): void {
  sendFrame(line, textFrame(text));
}
