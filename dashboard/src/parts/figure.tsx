import { lazy, Suspense } from 'react';
import type { Drawing } from './chart';
import css from './figure.module.css';
import { Loading } from './states';

const Chart = lazy(() => import('./chart').then(({ Chart }) => ({ default: Chart })));

interface Props extends Drawing {
  /** What the table is called, by whoever wants each number. */
  table: string;
  columns: string[];
  rows: { key: string | number; cells: string[] }[];
}

/** A chart, with what it says in a sentence above it and in a table below. */
export function Figure({ table, columns, rows, ...drawing }: Props) {
  return (
    <>
      <p className={css.said}>{drawing.label}</p>
      <Suspense fallback={<Loading lines={5} />}>
        <Chart {...drawing} />
      </Suspense>
      <details className={css.table}>
        <summary>{table}</summary>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, cells }) => (
              <tr key={key}>
                {cells.map((cell, i) => (
                  <td key={i}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
