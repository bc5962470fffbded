import { useQueries } from '@tanstack/react-query';
import { recordCountsQuery, totalOf } from '@/api/records';
import { Button } from '@/parts/Button';
import { Empty } from '@/parts/Empty';
import { useSection } from '@/words';
import * as words from '@/words/records';
import { chipsOf, without } from './chips';
import type { RecordFilter } from './search';
import { useChipText } from './words';

interface Props {
  filter: RecordFilter;
  change: (filter: RecordFilter) => void;
}

/** Says which filter hides the rest: how many records there would be without each. */
export function NothingFound({ filter, change }: Props) {
  const text = useSection(words);
  const chipText = useChipText();
  const chips = chipsOf(filter);
  const counts = useQueries({
    queries: chips.map((key) => recordCountsQuery(without(filter, key))),
  });
  if (chips.length === 0) return <Empty>{text.nothingYet}</Empty>;
  return (
    <Empty>
      <p role="status">{text.nothing}</p>
      {chips.map((key, index) => {
        const rest = without(filter, key);
        const found = counts[index]?.data;
        if (found === undefined) return null;
        const { count, capped } = totalOf(found, rest.status);
        return (
          <Button key={key} isDisabled={count === 0} onPress={() => change(rest)}>
            {text.hides(chipText(filter, key), count, capped)}
          </Button>
        );
      })}
      {chips.length > 1 && (
        <Button look="quiet" onPress={() => change({})}>
          {text.clear}
        </Button>
      )}
    </Empty>
  );
}
