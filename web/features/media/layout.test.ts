// Rows of pictures: every picture once and in order, nothing as a strip, a sane height for any number.
import { expect, test } from 'vitest';
import { arrange, cellAspect, heldAt } from './layout.ts';

const height = (aspects: number[]): number => arrange(aspects).reduce((sum, { aspect }) => sum + 1 / aspect, 0);

test('every picture has one place, in the order of its author', () => {
  for (let count = 1; count <= 20; count++) {
    const rows = arrange(Array.from({ length: count }, (_, place) => cellAspect(1 + (place % 3), 1 + (place % 2))));
    expect(rows.flatMap(({ cells }) => cells.map(({ place }) => place))).toEqual(
      Array.from({ length: count }).map((_, place) => place),
    );
    for (const { cells } of rows) expect(cells.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  }
});

test('two upright pictures stand side by side, two panoramas above each other', () => {
  expect(arrange([0.75, 0.75]).length).toBe(1);
  expect(arrange([2, 2]).length).toBe(2);
});

test('four squares are two rows of two', () => {
  expect(arrange([1, 1, 1, 1]).map(({ cells }) => cells.length)).toEqual([2, 2]);
});

test('the whole is never flatter than a third of its width nor much higher than twice it, for up to eight', () => {
  for (let count = 2; count <= 8; count++) {
    for (const aspect of [0.66, 1, 1.5, 2]) {
      expect(height(Array.from({ length: count }, () => aspect))).toBeGreaterThan(0.33);
      expect(height(Array.from({ length: count }, () => aspect))).toBeLessThan(2.1);
    }
  }
});

test('what is unknown counts as a square; strips are cut', () => {
  expect(cellAspect(undefined, undefined)).toBe(1);
  expect(cellAspect(100, 4000)).toBe(0.66);
  expect(cellAspect(4000, 100)).toBe(2);
});

test('a focal point at the top left holds the top left', () => {
  expect(heldAt({ x: -1, y: 1 })).toBe('0% 0%');
  expect(heldAt(undefined)).toBe('50% 50%');
});
