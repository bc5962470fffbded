import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { Select } from '@/parts/Select';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import style from './Conditions.module.css';
import { append, setJoin } from './edits';
import { useFilter } from './filter-context';
import { NodeMenu } from './NodeMenu';
import { RawView } from './RawView';
import { RowView } from './RowView';
import { emptyRow, type Group, type Join, newGroup, otherJoin, type Row } from './tree';

/** Rows and groups that are joined alike, and what adds to them. */
export function GroupView({ group }: { group: Group }) {
  const words = useSection(conditions);
  const { readOnly } = useFilter();
  const { children, join } = group;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would ask for a legend that is seen
    <div role="group" aria-label={words.group(join, children.length)} className={style.group}>
      <GroupHead group={group} />
      {children.length > 0 && (
        <ul className={style.children}>
          {children.map((child) => {
            if (child.kind === 'row') return <RowView key={child.id} row={child} />;
            if (child.kind === 'raw') return <RawView key={child.id} raw={child} />;
            return (
              <li key={child.id} className={style.node} data-node={child.id}>
                <GroupView group={child} />
              </li>
            );
          })}
        </ul>
      )}
      {!readOnly && <Adding group={group} />}
    </div>
  );
}

function GroupHead({ group }: { group: Group }) {
  const words = useSection(conditions);
  const { root, readOnly, edit } = useFilter();
  const isRoot = group.id === root.id;
  if (isRoot && group.children.length < 2) return null;
  if (readOnly) return <p className={style.head}>{words.joins[group.join]}</p>;
  return (
    <div className={style.head}>
      <Select<Join>
        label={words.joinLabel}
        options={[
          { id: 'and', label: words.joins.and },
          { id: 'or', label: words.joins.or },
        ]}
        value={group.join}
        onChange={(join) => edit(setJoin(root, group.id, join))}
      />
      {!isRoot && <NodeMenu node={group} />}
    </div>
  );
}

function Adding({ group }: { group: Group }) {
  const words = useSection(conditions);
  const { root, canAdd, edit } = useFilter();

  const add = (node: Row | Group, row: Row) =>
    edit(append(root, group.id, node), { node: row.id, part: 'first' });
  const addRow = () => {
    const row = emptyRow();
    add(row, row);
  };
  const addGroup = () => {
    const row = emptyRow();
    add(newGroup(otherJoin(group.join), [row]), row);
  };

  return (
    <div className={style.adding} data-adding={group.id}>
      <Button look="quiet" isDisabled={!canAdd} onPress={addRow}>
        <Icon name="plus" />
        {words.addRow}
      </Button>
      <Button look="quiet" isDisabled={!canAdd} onPress={addGroup}>
        <Icon name="plus" />
        {words.addGroup}
      </Button>
    </div>
  );
}
