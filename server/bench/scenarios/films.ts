// (j) A film of a minute is made ready for every screen, as after an upload, while people read their home timelines: they
// must not feel it. Beside it the same pages while nothing else is done.
import { execFile } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFfmpeg, limitsOf } from '#server/platform/media/ffmpeg.ts';
import type { HttpFigures, HttpJob } from '../load/http.ts';
import { childrenCpuMs, childrenOf } from '../processes.ts';
import type { Rig, Running } from '../rig.ts';
import { readerNumbers, readerToken } from '../seed/size.ts';
import { median } from '../table.ts';

const execute = promisify(execFile);
const scenario = 'films';
const uploader = 2;
/** Many readers take all of the machine; few leave it idle in between. */
const loads = [
  { connections: 16, title: '16 connections' },
  { connections: 2, title: '2 connections' },
];

export async function runFilms(rig: Rig): Promise<void> {
  const limits = limitsOf({ minutes: 10, memoryMb: 1024, niceness: 0, cores: availableParallelism() });
  const ffmpeg = await findFfmpeg('ffmpeg', limits);
  if (ffmpeg === null) {
    rig.say('  left out: there is no ffmpeg on this machine');
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'rookery-bench-films-'));
  try {
    const seconds = rig.size.name === 'full' ? 61 : 10;
    const film = await writeFilm(ffmpeg.program, folder, seconds);
    rig.say(`  a film of ${seconds} s and ${((await stat(film)).size / 1e6).toFixed(0)} MB`);
    const server = await rig.server();
    await rig.http({ ...jobOf(server, rig, 16), seconds: Math.min(3, rig.seconds) });
    for (const load of loads) await measureBeside(rig, server, film, load);
    await measureAlone(rig, server, film, seconds);
  } finally {
    await rm(folder, { recursive: true, force: true });
    // What is still being made ends with the server.
    await rig.stopServer();
  }
}

/** What a phone writes: 1080p with 30 frames a second, noise, some twenty million bits a second. Five seconds, again and again. */
async function writeFilm(program: string, folder: string, seconds: number): Promise<string> {
  const quiet = ['-nostdin', '-v', 'error', '-y'];
  const [piece, film] = [join(folder, 'piece.mp4'), join(folder, 'film.mp4')];
  await execute(program, [
    ...[...quiet, '-f', 'lavfi', '-i', 'testsrc2=s=1920x1080:r=30:d=5,noise=alls=12:allf=t'],
    ...['-f', 'lavfi', '-i', 'sine=d=5', '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
    ...['-b:v', '20M', '-maxrate', '20M', '-bufsize', '20M', '-c:a', 'aac', piece],
  ]);
  await execute(program, [...quiet, '-stream_loop', '-1', '-i', piece, '-t', String(seconds), '-c', 'copy', film]);
  return film;
}

async function measureAlone(rig: Rig, server: Running, film: string, seconds: number): Promise<void> {
  const cpuBefore = await childrenCpuMs(server.child.pid);
  const began = performance.now();
  await finish(server, await upload(server, film));
  const took = (performance.now() - began) / 1000;
  const cpu = ((await childrenCpuMs(server.child.pid)) ?? NaN) - (cpuBefore ?? NaN);
  rig.report(
    { scenario, figure: `1080p of ${seconds} s made ready, alone`, unit: 's', ours: took, limit: seconds },
    { scenario, figure: 'CPU of ffmpeg for it', unit: 's', ours: cpu / 1000, limit: seconds },
  );
}

/**
 * The same pages while the film is made and while that work is stopped for a moment, in turns: on a machine that others
 * use too, both must meet the same noise.
 */
async function measureBeside(rig: Rig, server: Running, film: string, load: (typeof loads)[number]): Promise<void> {
  const job = { ...jobOf(server, rig, load.connections), seconds: rig.seconds };
  const idle: HttpFigures[] = [];
  const beside: HttpFigures[] = [];
  let id = await uploadAndStart(server, film);
  while (beside.length < rig.rounds) {
    await signalWork(server, 'SIGSTOP');
    const without = await rig.http(job);
    await signalWork(server, 'SIGCONT');
    const having = await rig.http(job);
    // A round counts only if the film was being made until its end.
    if (await isUnfinished(server, id)) {
      idle.push(without);
      beside.push(having);
    } else id = await uploadAndStart(server, film);
  }
  const both = (figure: string, unit: string, pick: (round: HttpFigures) => number) => ({
    scenario,
    figure: `home meanwhile, ${load.title}: ${figure}`,
    unit,
    ours: median(beside.map(pick)),
    limit: median(idle.map(pick)),
    ratio: median(beside.map((round, index) => pick(round) / pick(idle[index] ?? round))),
  });
  const p99 = both('p99', 'ms', ({ p99Ms }) => p99Ms);
  rig.report(
    both('requests', '/s', ({ rate }) => rate),
    both('p50', 'ms', ({ p50Ms }) => p50Ms),
    p99,
    { scenario, figure: `p99 beside idle, ${load.title}`, unit: '×', ours: p99.ratio, limit: null, aim: { atMost: 2 } },
  );
  await finish(server, id);
  rig.say(`  ${load.title}: done`);
}

/** Stops ffmpeg, or lets it go on. What it is about to start meanwhile is missed, and takes a blink. */
async function signalWork(server: Running, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  for (const pid of await childrenOf(server.child.pid)) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (name.trim() === 'ffmpeg') process.kill(pid, signal);
  }
}

function jobOf(server: Running, { size }: Rig, connections: number): HttpJob {
  const readers = readerNumbers(size);
  return {
    url: server.url,
    requests: Array.from({ length: connections }, (_, hand) =>
      readers
        .filter((_reader, index) => index % connections === hand)
        .map((reader) => ({
          method: 'GET' as const,
          path: '/api/v1/timelines/home?limit=20',
          headers: { authorization: `Bearer ${readerToken(reader)}` },
        })),
    ),
  };
}

const authorization = { authorization: `Bearer ${readerToken(uploader)}` };

async function upload({ url }: Running, film: string): Promise<string> {
  const form = new FormData();
  form.append('file', await openAsBlob(film), 'film.mp4');
  const answer = await fetch(`${url}/api/v2/media`, { method: 'POST', headers: authorization, body: form });
  const body = await answer.text();
  if (answer.status !== 202) throw new Error(`the upload was answered ${answer.status}: ${body.slice(0, 300)}`);
  return (JSON.parse(body) as { id: string }).id;
}

async function isUnfinished({ url }: Running, id: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/media/${id}`, { headers: authorization });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`the film was answered ${answer.status}: ${body.slice(0, 300)}`);
  return answer.status === 206;
}

async function uploadAndStart(server: Running, film: string): Promise<string> {
  const id = await upload(server, film);
  // The worker has it after a moment; what it does first is short.
  await pause(1000);
  return id;
}

async function finish(server: Running, id: string): Promise<void> {
  while (await isUnfinished(server, id)) await pause(100);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
