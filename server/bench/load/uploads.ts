// People who all upload at the same moment, each the same photo over a connection of their own, and ask each second until it is ready.
import { openAsBlob } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, FormData, fetch } from 'undici';
import { answerParent } from '../processes.ts';

export interface UploadQuestion {
  url: string;
  path: string;
  /** One upload each. */
  tokens: string[];
}

export interface UploadFigures {
  /** From the first byte of the first to the last answer. */
  seconds: number;
  /** When each was answered, and when it was ready, in ms. */
  answered: number[];
  ready: number[];
  refused: number;
  /** What the first refusal said. */
  reason: string | null;
}

answerParent<UploadQuestion>(async ({ url, path, tokens }) => {
  const agent = new Agent({ connections: tokens.length, headersTimeout: 0, bodyTimeout: 0 });
  const figures: UploadFigures = { seconds: 0, answered: [], ready: [], refused: 0, reason: null };
  const start = performance.now();
  await Promise.all(
    tokens.map(async (token) => {
      const body = new FormData();
      body.set('file', await openAsBlob(path), 'photo.jpg');
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${url}/api/v2/media`, { method: 'POST', headers, body, dispatcher: agent });
      let { status } = answer;
      let text = await answer.text();
      figures.answered.push(performance.now() - start);
      const { id } = JSON.parse(text) as { id?: string };
      while (status === 202 || status === 206) {
        await pause(1000);
        const look = await fetch(`${url}/api/v1/media/${id}`, { headers, dispatcher: agent });
        [status, text] = [look.status, await look.text()];
      }
      figures.ready.push(performance.now() - start);
      if (status === 200) return;
      figures.refused += 1;
      figures.reason ??= `${status} ${text.slice(0, 300)}`;
    }),
  );
  figures.seconds = (performance.now() - start) / 1000;
  await agent.close();
  return figures;
});
process.send?.('ready');
