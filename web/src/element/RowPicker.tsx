import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  Button,
  ComboBox,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from 'react-aria-components';
import { modelRowsQuery, type ShownRow } from '@/api/models';
import { Icon } from '@/parts/Icon';
import { Trouble } from '@/parts/Trouble';
import { useDebounced } from '@/parts/use-debounced';
import { useSection } from '@/words';
import * as words from '@/words/element';
import style from './RowPicker.module.css';

const QUIET_MILLIS = 200;

interface Props {
  model: string;
  choose: (row: ShownRow | null) => void;
}

/** One row of a model, searched for by its key or texts. */
export function RowPicker({ model, choose }: Props) {
  const text = useSection(words);
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<ShownRow | null>(null);
  const search = useDebounced(chosen !== null && typed === chosen.label ? '' : typed, QUIET_MILLIS);
  const { data, error } = useQuery({
    ...modelRowsQuery(model, search),
    placeholderData: keepPreviousData,
  });
  const take = (row: ShownRow | null) => {
    setChosen(row);
    setTyped(row?.label ?? '');
    choose(row);
  };
  const type = (next: string) => {
    setTyped(next);
    if (chosen !== null && next !== chosen.label) {
      setChosen(null);
      choose(null);
    }
  };
  const rows = data?.rows ?? [];
  return (
    <>
      <ComboBox<ShownRow>
        items={rows}
        inputValue={typed}
        onInputChange={type}
        value={chosen?.key ?? null}
        onChange={(key) => take(rows.find((row) => row.key === key) ?? null)}
        defaultFilter={() => true}
        menuTrigger="focus"
        allowsEmptyCollection
        className={style.picker}
      >
        <Label>{text.chooseRow}</Label>
        <div className={style.box}>
          <Input placeholder={text.chooseRowHint} />
          <Button>
            <Icon name="down" />
          </Button>
        </div>
        {data?.complete === false && <Text slot="description">{text.moreRows}</Text>}
        <Popover className={style.popover}>
          <ListBox<ShownRow> renderEmptyState={() => <p>{text.noRow}</p>}>
            {(row) => (
              <ListBoxItem id={row.key} textValue={row.label} className={style.row}>
                <Text slot="label">{row.label}</Text>
                <Text slot="description">{row.key}</Text>
              </ListBoxItem>
            )}
          </ListBox>
        </Popover>
      </ComboBox>
      {error && <Trouble error={error} />}
    </>
  );
}
