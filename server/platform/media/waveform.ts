// The shape of a sound for the eye: sixty-four loudnesses, counted while the samples flow by.

const bars = 64;
/** Samples that are summed up before anything is kept: 50 ms at 8 kHz. */
const grain = 400;
/** Below a thousandth of full scale everything is silence. */
const silence = 0.001;

export const waveformRate = 8000;

export interface WaveformCounter {
  /** Takes samples: 16 bits, little-endian, one channel, at `waveformRate`. */
  take(chunk: Buffer): void;
  /** Sixty-four loudnesses from the beginning to the end; the loudest is 100. */
  bars(): number[];
}

export function countWaveform(): WaveformCounter {
  const grains: number[] = [];
  let sum = 0;
  let count = 0;
  let odd: number | null = null;
  const add = (sample: number): void => {
    sum += (sample / 32_768) ** 2;
    count += 1;
    if (count < grain) return;
    grains.push(sum / count);
    [sum, count] = [0, 0];
  };
  return {
    take(chunk) {
      let from = 0;
      if (odd !== null && chunk.length > 0) {
        add(((((chunk[0] ?? 0) << 8) | odd) << 16) >> 16);
        odd = null;
        from = 1;
      }
      const whole = from + 2 * Math.floor((chunk.length - from) / 2);
      for (let at = from; at < whole; at += 2) add(chunk.readInt16LE(at));
      if (whole < chunk.length) odd = chunk[whole] ?? 0;
    },
    bars: () => drawBars(count === 0 ? grains : [...grains, sum / count]),
  };
}

function drawBars(grains: readonly number[]): number[] {
  const loudnesses = Array.from({ length: bars }, (_, bar) => {
    const from = Math.floor((bar * grains.length) / bars);
    const part = grains.slice(from, Math.max(from + 1, Math.floor(((bar + 1) * grains.length) / bars)));
    return Math.sqrt(part.reduce((sum, power) => sum + power, 0) / Math.max(1, part.length));
  });
  const loudest = Math.max(...loudnesses);
  return loudnesses.map((loudness) => (loudest < silence ? 0 : Math.round((100 * loudness) / loudest)));
}
