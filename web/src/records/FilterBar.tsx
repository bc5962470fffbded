import { useRef, useState } from 'react';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { Menu, MenuItem, MenuTrigger, SubmenuTrigger } from '@/parts/Menu';
import { Popover } from '@/parts/Popover';
import { useSection } from '@/words';
import * as words from '@/words/records';
import { chipsOf, type FilterKey, filterKeys, without } from './chips';
import style from './FilterBar.module.css';
import { FilterForm } from './FilterForm';
import { type RecordFilter, statuses, triggers } from './search';
import { TimeRange } from './TimeRange';
import { useChipText } from './words';

interface Props {
  filter: RecordFilter;
  change: (filter: RecordFilter) => void;
}

/** The filters that are set, each a chip, and a menu that adds one. */
export function FilterBar({ filter, change }: Props) {
  const text = useSection(words);
  const chipText = useChipText();
  const chips = chipsOf(filter);
  const opener = useRef<HTMLDivElement>(null);
  const [edited, setEdited] = useState<FilterKey | null>(null);
  const remove = (next: RecordFilter) => {
    opener.current?.querySelector('button')?.focus(); // what had the focus goes away
    change(next);
  };
  const finish = (next: RecordFilter) => {
    setEdited(null);
    change(next);
  };
  return (
    <section aria-label={text.filters} className={style.bar}>
      <div ref={opener}>
        <AddFilter filter={filter} change={change} edit={setEdited} />
      </div>
      <TimeRange filter={filter} change={change} />
      <ul className={style.chips}>
        {chips.map((key) => {
          const label = chipText(filter, key);
          return (
            <li key={key} className={style.chip}>
              {isTyped(key) ? (
                <button
                  type="button"
                  className={style.value}
                  aria-label={text.edit(label)}
                  onClick={() => setEdited(key)}
                >
                  {label}
                </button>
              ) : (
                <span className={style.value}>{label}</span>
              )}
              <button
                type="button"
                className={style.remove}
                aria-label={text.remove(label)}
                onClick={() => remove(without(filter, key))}
              >
                <Icon name="close" />
              </button>
            </li>
          );
        })}
      </ul>
      {chips.length > 1 && (
        <Button look="quiet" onPress={() => remove({})}>
          {text.clear}
        </Button>
      )}
      {edited !== null && isTyped(edited) && (
        <Popover
          isOpen
          onOpenChange={() => setEdited(null)}
          triggerRef={opener}
          label={text.filterNames[edited]}
        >
          <FilterForm kind={edited} filter={filter} apply={finish} />
        </Popover>
      )}
    </section>
  );
}

const typed = ['task', 'tag', 'row', 'version', 'text'] as const;
export type TypedKey = (typeof typed)[number];

function isTyped(key: FilterKey): key is TypedKey {
  return typed.some((each) => each === key);
}

function AddFilter({ filter, change, edit }: Props & { edit: (key: FilterKey) => void }) {
  const text = useSection(words);
  return (
    <MenuTrigger>
      <Button>
        <Icon name="plus" />
        {text.addFilter}
      </Button>
      <Menu>
        <SubmenuTrigger>
          <MenuItem>{text.filterNames.status}</MenuItem>
          <Menu
            selectionMode="multiple"
            selectedKeys={filter.status ?? []}
            onSelectionChange={(keys) => {
              const chosen = statuses.filter((status) => keys === 'all' || keys.has(status));
              change({ ...filter, status: chosen });
            }}
          >
            {statuses.map((status) => (
              <MenuItem key={status} id={status}>
                {text.statuses[status]}
              </MenuItem>
            ))}
          </Menu>
        </SubmenuTrigger>
        <SubmenuTrigger>
          <MenuItem>{text.filterNames.trigger}</MenuItem>
          <Menu
            selectionMode="single"
            selectedKeys={filter.trigger ? [filter.trigger] : []}
            onSelectionChange={(keys) => {
              const trigger = triggers.find((each) => keys !== 'all' && keys.has(each));
              change({ ...filter, trigger });
            }}
          >
            {triggers.map((trigger) => (
              <MenuItem key={trigger} id={trigger}>
                {text.triggers[trigger]}
              </MenuItem>
            ))}
          </Menu>
        </SubmenuTrigger>
        {filterKeys.filter(isTyped).map((key) => (
          <MenuItem key={key} onAction={() => edit(key)}>
            {text.filterNames[key]}
          </MenuItem>
        ))}
        <MenuItem onAction={() => change({ ...filter, late: true })}>
          {text.filterNames.late}
        </MenuItem>
      </Menu>
    </MenuTrigger>
  );
}
