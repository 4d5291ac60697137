import { describe, expect, test } from 'vitest';
import { shiftOf, Slots, spanOf } from './rows';

describe('the rows that are drawn', () => {
  test('are those that can be seen and more where the scrolling goes', () => {
    expect(spanOf(100, 10, 1000, 'below')).toEqual({ from: 99, to: 115 });
    expect(spanOf(100, 10, 1000, 'above')).toEqual({ from: 96, to: 112 });
  });

  test('are only those that can be seen while somebody leaps over them', () => {
    expect(spanOf(100, 10, 1000, 'none')).toEqual({ from: 100, to: 111 });
  });

  test('are as many at either end', () => {
    expect(spanOf(0, 10, 1000, 'above')).toEqual({ from: 0, to: 16 });
    expect(spanOf(990, 10, 1000, 'below')).toEqual({ from: 984, to: 1000 });
  });

  test('are all of a short list', () => {
    expect(spanOf(0, 10, 3, 'below')).toEqual({ from: 0, to: 3 });
  });
});

describe('what moved the row at the top', () => {
  test('is what came above it', () => {
    expect(shiftOf(['a', 'b', 'c'], ['x', 'y', 'a', 'b', 'c'], 1, 10)).toBe(2);
  });

  test('is what left above it', () => {
    expect(shiftOf(['a', 'b', 'c'], ['b', 'c'], 1, 10)).toBe(-1);
  });

  test('is told by the next row where it moved itself', () => {
    expect(shiftOf(['a', 'b', 'c'], ['b2', 'a', 'c'], 1, 10)).toBe(0);
  });

  test('is nothing where nothing of what was seen is left', () => {
    expect(shiftOf(['a', 'b'], ['x'], 0, 10)).toBe(0);
  });
});

describe('slots', () => {
  test('stay with their rows, and go from those that left to those that came', () => {
    const slots = new Slots();
    expect(slots.of(['a', 'b', 'c'])).toEqual([0, 1, 2]);
    expect(slots.of(['b', 'c', 'd'])).toEqual([1, 2, 0]);
    expect(slots.of(['x', 'b', 'c'])).toEqual([0, 1, 2]);
  });

  test('are never shared', () => {
    const slots = new Slots();
    slots.of(['a', 'b', 'c', 'd']);
    expect(new Set(slots.of(['d', 'e', 'a', 'f', 'g'])).size).toBe(5);
  });
});
