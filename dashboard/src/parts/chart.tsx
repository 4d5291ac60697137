import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import css from './chart.module.css';

export interface Drawing {
  /** Times in seconds since 1970; of days, their begin in UTC. */
  series: { times: number[]; values: number[] };
  /** What a value is about: hours are drawn in the reader's zone, days as the server counts them, in UTC. */
  step?: Step;
  /** What it shows, for those who do not see it. */
  label: string;
  format: (value: number) => string;
}

type Step = 'hour' | 'day';

const height = 260;

/** A line over hours, or bars over days. Its colours are the page's, so it is drawn anew when these change. */
export function Chart({ series, step = 'hour', label, format }: Drawing) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const plot = new uPlot(optionsOf(element, step, format), [series.times, series.values], element);
    const watcher = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      plot.destroy();
    };
  }, [series, step, format, scheme]);
  return <div ref={box} className={css.chart} role="img" aria-label={label} />;
}

function optionsOf(element: HTMLElement, step: Step, format: Drawing['format']): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--text-dim'),
    font: `12px ${color('--font')}`,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    ...(step === 'day' && { tzDate: (at: number) => uPlot.tzDate(new Date(at * 1000), 'Etc/UTC') }),
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      ...(step === 'day' && { x: { range: (_: uPlot, first: number, last: number): [number, number] => [first - halfADay, last + halfADay] } }),
      // Counts are never drawn larger than one; amounts may be far smaller.
      y: { range: (_, __, most) => [0, most > 0 && most < 1 ? most * 1.1 : Math.max(most * 1.1, 1)] },
    },
    axes: [
      { ...axis, values: (_, splits, __, ___, apart) => splits.map((at) => tick(at, step, apart)), space: 64, ...(step === 'day' && { incrs: days }) },
      { ...axis, values: (_, splits) => splits.map(format), size: 56, incrs: undefined },
    ],
    series: [
      {},
      {
        stroke: color('--accent'),
        fill: color('--accent-tint'),
        width: 1.5,
        points: { show: false },
        paths: step === 'day' ? uPlot.paths.bars?.({ size: [0.6, 40], radius: 0.1 }) : uPlot.paths.stepped?.({ align: 1 }),
      },
    ],
    plugins: [reading(step, format)],
  };
}

/** On both sides of a bar. */
const halfADay = 43_200;

/** Lines of a grid of days: one each day, each second, each week. */
const days = [1, 2, 7, 14, 28].map((count) => count * 86_400);

const zoneOf = (step: Step) => (step === 'day' ? { timeZone: 'UTC' } : {});

/** The time below a line of the grid: hours within a day, days beyond. */
function tick(at: number, step: Step, apart: number): string {
  const date = new Date(at * 1000);
  const day = step === 'day' || apart >= 86_400 || (date.getHours() === 0 && date.getMinutes() === 0);
  const words = day ? ({ day: 'numeric', month: 'short' } as const) : ({ hour: 'numeric', minute: '2-digit' } as const);
  return new Intl.DateTimeFormat(document.documentElement.lang || 'en', { ...words, ...zoneOf(step) }).format(date);
}

/** What the hour or day under the pointer was. */
function reading(step: Step, format: Drawing['format']): uPlot.Plugin {
  const note = document.createElement('div');
  note.className = css.reading!;
  note.hidden = true;
  return {
    hooks: {
      init: (plot) => plot.over.append(note),
      setCursor: (plot) => {
        const { idx, left = -1 } = plot.cursor;
        note.hidden = idx == null || left < 0;
        if (idx == null || left < 0) return;
        const at = new Date((plot.data[0][idx] ?? 0) * 1000);
        const when = new Intl.DateTimeFormat(document.documentElement.lang || 'en', { weekday: 'short', day: 'numeric', month: 'short', ...(step === 'hour' && { hour: 'numeric' }), ...zoneOf(step) });
        note.textContent = `${when.format(at)} · ${format(plot.data[1]?.[idx] ?? 0)}`;
        const room = plot.over.clientWidth - note.offsetWidth;
        note.style.transform = `translateX(${Math.max(0, Math.min(room, left - note.offsetWidth / 2))}px)`;
      },
    },
  };
}
