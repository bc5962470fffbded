import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSection } from '@/words';
import * as words from '@/words/records';
import { FilterBar } from './FilterBar';
import { Listing } from './Listing';
import style from './RecordsPage.module.css';
import { SavedViews } from './SavedViews';
import { StatusTabs } from './StatusTabs';
import { filterOf, type RecordFilter, searchOf } from './search';

const route = getRouteApi('/records');

/** The execution records: what ran, what waits, filtered by the address (rule C16). */
export function RecordsPage() {
  const { title } = useSection(words);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo(() => filterOf(search), [search]);
  const change = (next: RecordFilter) => void navigate({ search: searchOf(next) });
  return (
    <div className={style.page}>
      <header className={style.head}>
        <h1>{title}</h1>
        <SavedViews current={search} />
      </header>
      <StatusTabs filter={filter} />
      <FilterBar filter={filter} change={change} />
      <Listing key={JSON.stringify(search)} filter={filter} change={change} />
    </div>
  );
}
