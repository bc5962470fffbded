import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useRef, useState } from 'react';
import { Icon, type IconName } from '@/parts/Icon';
import { StatusDot } from '@/parts/StatusDot';
import { useWords } from '@/words';
import { stepOf } from './keys';
import type { Line } from './outline';
import style from './Tree.module.css';

const LINE_PIXELS = 32;

interface Props {
  lines: readonly Line[];
  label: string;
  current: string | null;
  toggle: (key: string, open: boolean) => void;
  use: (line: Line) => void;
}

/** Lines of a tree of which only those in view are in the page; one of them has the focus. */
export function Tree({ lines, label, current, toggle, use }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const wanted = lines.findIndex((line) => line.key === (focused ?? current));
  const at = Math.max(wanted, 0);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => place.current,
    estimateSize: () => LINE_PIXELS,
    overscan: 12,
    getItemKey: (index) => lines[index]?.key ?? index,
    rangeExtractor: (range) => {
      const first = Math.max(range.startIndex - range.overscan, 0);
      const last = Math.min(range.endIndex + range.overscan, range.count - 1);
      const shown = Array.from({ length: last - first + 1 }, (_, index) => first + index);
      // the line that has the focus stays in the page, wherever it is scrolled to
      return at < first ? [at, ...shown] : at > last && at < range.count ? [...shown, at] : shown;
    },
  });

  const focusLine = (index: number) => {
    const key = lines[index]?.key;
    if (key === undefined) return;
    setFocused(key);
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => {
      place.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus();
    });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = stepOf(event.key, lines, at);
    if (step === null) return;
    event.preventDefault();
    if ('move' in step) focusLine(step.move);
    else if ('toggle' in step) toggle(step.toggle, step.open);
    else use(step.use);
  };

  return (
    <div ref={place} className={style.place}>
      <div
        role="tree"
        aria-label={label}
        className={style.lines}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (line === undefined) return null;
          return (
            <div
              key={item.key}
              role="treeitem"
              data-index={item.index}
              aria-level={line.level}
              aria-posinset={line.position}
              aria-setsize={line.of}
              aria-expanded={line.open ?? undefined}
              aria-current={line.key === current ? 'page' : undefined}
              aria-selected={line.key === current}
              tabIndex={item.index === at ? 0 : -1}
              className={style.line}
              style={{ transform: `translateY(${item.start}px)`, paddingLeft: indent(line) }}
              onFocus={() => setFocused(line.key)}
              onClick={() => (line.open === null ? use(line) : toggle(line.key, !line.open))}
              onKeyDown={undefined}
            >
              <LineContent line={line} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const indent = (line: Line) => 8 + (line.level - 1) * 16;

const icons: Record<string, IconName> = {
  'tasks.NormalType': 'clock',
  'tasks.DateFieldType': 'calendar',
  services: 'service',
  models: 'model',
  databases: 'database',
  shared: 'code',
};

function LineContent({ line }: { line: Line }) {
  const { elements } = useWords();
  const element = line.element;
  if (element === null) {
    return (
      <>
        <span className={style.chevron} data-open={line.open}>
          <Icon name="chevron" />
        </span>
        <span className={line.level === 1 ? style.kind : style.label}>{line.label}</span>
      </>
    );
  }
  return (
    <>
      <span className={style.icon}>
        <Icon name={icons[element.type] ?? icons[element.kind] ?? 'folder'} />
      </span>
      <span className={style.label} title={element.name}>
        {line.label}
      </span>
      <StatusDot state={element.state} label={elements.states[element.state] ?? element.state} />
    </>
  );
}
