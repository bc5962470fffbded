import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { recordCountsQuery, totalOf } from '@/api/records';
import { useSection } from '@/words';
import * as words from '@/words/records';
import style from './StatusTabs.module.css';
import { type RecordFilter, searchOf, statuses } from './search';

/** Scrolls the list, and nothing around it: on a narrow screen the tab may be out of view. */
function showTab(tab: HTMLElement | null): void {
  const list = tab?.parentElement;
  if (!tab || !list) return;
  const left = tab.offsetLeft - list.offsetLeft;
  const isShown =
    left >= list.scrollLeft && left + tab.offsetWidth <= list.scrollLeft + list.clientWidth;
  if (!isShown) list.scrollLeft = left - (list.clientWidth - tab.offsetWidth) / 2;
}

/** A link for each status with how many runs have it, as the other filters let through. */
export function StatusTabs({ filter }: { filter: RecordFilter }) {
  const text = useSection(words);
  const { data: counts } = useQuery(recordCountsQuery(filter));
  const tabs = [undefined, ...statuses.map((status) => [status])];
  return (
    <nav aria-label={text.statusTabs} className={style.tabs}>
      {tabs.map((chosen) => {
        const status = chosen?.[0];
        const total = counts && totalOf(counts, chosen);
        const current = status ? (filter.status?.includes(status) ?? false) : !filter.status;
        return (
          <Link
            key={status ?? 'all'}
            to="/records"
            search={searchOf({ ...filter, status: chosen })}
            className={style.tab}
            activeOptions={{ exact: true, includeSearch: true }}
            activeProps={{}}
            aria-current={current ? 'page' : undefined}
            ref={current && total ? showTab : undefined}
          >
            <span>{status ? text.statuses[status] : text.whatRan}</span>
            {total && (
              <span className={style.count} data-none={total.count === 0}>
                {text.count(total.count, total.capped)}
              </span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}
