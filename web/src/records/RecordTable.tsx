import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import type { RunRecord } from '@/api/records';
import { useSection } from '@/words';
import * as words from '@/words/records';
import { RecordRow } from './RecordRow';
import style from './RecordTable.module.css';

const ROW_PIXELS = 40;
const PAGE_ROWS = 12;
/** How near to the end, in pixels, more is asked for. */
const NEAR_END = 600;

interface Props {
  records: readonly RunRecord[];
  nearEnd: () => void;
  foot: ReactNode;
}

/** A table of which only the rows in view are in the page; arrows move between its links. */
export function RecordTable({ records, nearEnd, foot }: Props) {
  const text = useSection(words);
  const place = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const at = Math.max(
    records.findIndex((record) => record.id === focused),
    0,
  );
  const virtual = useVirtualizer({
    count: records.length,
    getScrollElement: () => place.current,
    estimateSize: () => ROW_PIXELS,
    overscan: 10,
    scrollPaddingStart: ROW_PIXELS,
    getItemKey: (index) => records[index]?.id ?? index,
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(startIndex - overscan, 0);
      const last = Math.min(endIndex + overscan, count - 1);
      const shown = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      // the row that has the focus stays in the page, wherever it is scrolled to
      return at < first ? [at, ...shown] : at > last && at < count ? [...shown, at] : shown;
    },
  });

  const focusRow = (index: number) => {
    const record = records[index];
    if (record === undefined) return;
    setFocused(record.id);
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => {
      place.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus();
    });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const last = records.length - 1;
    const target = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + PAGE_ROWS,
      PageUp: at - PAGE_ROWS,
      Home: 0,
      End: last,
    }[event.key];
    const inRow = event.target instanceof Element && event.target.closest('[data-index]') !== null;
    if (target === undefined || !inRow) return;
    event.preventDefault();
    focusRow(Math.min(Math.max(target, 0), last));
  };

  const onScroll = () => {
    const scrolled = place.current;
    if (scrolled === null) return;
    const left = scrolled.scrollHeight - scrolled.scrollTop - scrolled.clientHeight;
    if (left < NEAR_END) nearEnd();
  };

  return (
    <div ref={place} className={style.place} onScroll={onScroll}>
      <table
        aria-label={text.title}
        aria-rowcount={records.length + 1}
        className={style.table}
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr aria-rowindex={1} className={style.head}>
            {Object.entries(text.columns).map(([column, name]) => (
              <th key={column} scope="col" className={style.cell}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={style.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const record = records[item.index];
            if (record === undefined) return null;
            return (
              <RecordRow
                key={item.key}
                record={record}
                index={item.index}
                reachable={item.index === at}
                onFocus={() => setFocused(record.id)}
                measure={virtual.measureElement}
                top={item.start}
              />
            );
          })}
        </tbody>
      </table>
      <footer className={style.foot}>{foot}</footer>
    </div>
  );
}
