// The loop of both sides of the pictures' measurement: the same work again and again, some at a time.

export interface PictureQuestion {
  /** The photo, and a folder to write to. */
  path: string;
  folder: string;
  seconds: number;
  /** How many are made at once. */
  atOnce: number;
}

export interface PictureFigures {
  perSecond: number;
  /** CPU time for one, in ms. */
  cpuMs: number;
  /** The most memory that the process ever held, in MB. */
  peakMb: number;
}

/** Does `work` for so long; what has begun is finished and counted. */
export async function repeatWork(
  { seconds, atOnce }: Pick<PictureQuestion, 'seconds' | 'atOnce'>,
  work: () => Promise<unknown>,
): Promise<PictureFigures> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  let done = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() - start < seconds * 1000) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const spent = process.cpuUsage(before);
  return {
    perSecond: (done / (performance.now() - start)) * 1000,
    cpuMs: (spent.user + spent.system) / 1000 / done,
    peakMb: process.resourceUsage().maxRSS / 1024,
  };
}
