// Looking closer: what one points at stays under the finger, the picture never leaves the window, swipes are told from slips.
import { expect, test } from 'vitest';
import { fitted, held, MOST, pinch, swiped, WHOLE, zoomed } from './zoom.ts';

const frame = { width: 400, height: 800 };

test('a picture is whole in the window', () => {
  expect(fitted({ width: 4000, height: 3000 }, frame)).toEqual({ width: 400, height: 300 });
  expect(fitted({ width: 0, height: 0 }, frame)).toEqual(frame);
});

test('what lies under the finger stays there', () => {
  const at = { x: 50, y: -20 };
  const view = zoomed(WHOLE, 2, at);
  // The same point of the picture, before and after.
  expect({ x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale }).toEqual(at);
});

test('no closer than the most, no farther than the whole', () => {
  expect(zoomed(WHOLE, 100, { x: 0, y: 0 }).scale).toBe(MOST);
  expect(zoomed({ scale: 2, x: 30, y: 30 }, 0.01, { x: 0, y: 0 }).scale).toBe(1);
});

test('the edge of a picture does not come into the window while there is more of it', () => {
  const drawn = { width: 400, height: 300 };
  expect(held({ scale: 2, x: 1000, y: 1000 }, drawn, frame)).toEqual({ scale: 2, x: 200, y: 0 });
  expect(held({ scale: 1, x: 40, y: 40 }, drawn, frame)).toEqual(WHOLE);
});

test('two fingers have a distance and a middle', () => {
  expect(
    pinch([
      { x: 0, y: 0 },
      { x: 30, y: 40 },
    ]),
  ).toEqual({ distance: 50, x: 15, y: 20 });
});

test('a long or quick drag is a swipe, a slip is none', () => {
  expect(swiped(-120, 900, 400)).toBe(1);
  expect(swiped(40, 60, 400)).toBe(-1);
  expect(swiped(-40, 900, 400)).toBe(0);
  expect(swiped(8, 5, 400)).toBe(0);
});
