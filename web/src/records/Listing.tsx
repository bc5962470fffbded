import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/client';
import { newestRecordsQuery, readRecordsQuery, recordKeys } from '@/api/records';
import { Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { Loading } from '@/parts/Loading';
import { useTimeFormat } from '@/parts/Time';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/records';
import { freshened } from './fresh';
import style from './Listing.module.css';
import { NothingFound } from './NothingFound';
import { RecordTable } from './RecordTable';
import type { RecordFilter } from './search';

interface Props {
  filter: RecordFilter;
  change: (filter: RecordFilter) => void;
}

function isNoRecords(error: unknown): boolean {
  return error instanceof ApiError && error.problem.code === 'no-records';
}

/** The records that pass a filter. What comes anew waits behind a button while one reads. */
export function Listing({ filter, change }: Props) {
  const text = useSection(words);
  const queries = useQueryClient();
  const writeTime = useTimeFormat();
  const read = useInfiniteQuery(readRecordsQuery(filter));
  const newest = useQuery({
    ...newestRecordsQuery(filter),
    enabled: read.isSuccess,
    initialData: read.data?.pages[0],
    initialDataUpdatedAt: read.dataUpdatedAt,
  });
  if (read.isPending) return <Loading />;
  if (read.error && read.data === undefined) {
    if (isNoRecords(read.error)) return <Empty>{text.nothingYet}</Empty>;
    return <Trouble error={read.error} retry={() => void read.refetch()} />;
  }
  const listed = read.data.pages.flatMap((page) => page.records);
  const searchedTo = read.data.pages.at(-1)?.searchedTo ?? null;
  const fresh = freshened(listed, newest.data?.records ?? listed);
  const showNew = () => {
    const page = newest.data;
    if (page === undefined) return;
    queries.setQueryData(recordKeys.read(filter), { pages: [page], pageParams: [undefined] });
  };
  if (listed.length === 0 && fresh.added === 0 && !read.hasNextPage) {
    return <NothingFound filter={filter} change={change} />;
  }
  return (
    <div className={style.listing}>
      <div role="status" className={style.news}>
        {(fresh.added > 0 || fresh.left > 0) && (
          <Button look="primary" onPress={showNew}>
            {fresh.added > 0
              ? text.newRecords(fresh.added, fresh.addedMore)
              : text.changedRecords(fresh.left)}
          </Button>
        )}
      </div>
      <RecordTable
        records={fresh.records}
        nearEnd={() => {
          const automatic = read.hasNextPage && searchedTo === null;
          if (automatic && !read.isFetching) void read.fetchNextPage();
        }}
        foot={
          <>
            <span>{text.shown(listed.length)}</span>
            {searchedTo !== null && <span>{text.searchedTo(writeTime(searchedTo))}</span>}
            {read.error && <Trouble error={read.error} />}
            {read.hasNextPage && (
              <Button isPending={read.isFetching} onPress={() => void read.fetchNextPage()}>
                {read.isFetchingNextPage
                  ? text.loadingMore
                  : searchedTo === null
                    ? text.loadMore
                    : text.searchOn}
              </Button>
            )}
          </>
        }
      />
    </div>
  );
}
