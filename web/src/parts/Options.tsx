import { ListBox, ListBoxItem, Popover, Text } from 'react-aria-components';
import style from './Control.module.css';

/** One of the things to choose from; the hint is shown behind its label. */
export interface Option<Id extends string = string> {
  id: Id;
  label: string;
  hint?: string;
}

/** The list of a Select or ComboBox, in its popover. */
export function Options({ items, empty }: { items?: readonly Option[]; empty?: string }) {
  return (
    <Popover className={style.popover}>
      <ListBox<Option>
        items={items}
        className={style.list}
        renderEmptyState={() => <div className={style.option}>{empty}</div>}
      >
        {({ id, label, hint }) => (
          <ListBoxItem id={id} textValue={label} className={style.option}>
            <Text slot="label">{label}</Text>
            {hint && (
              <Text slot="description" className={style.hint}>
                {hint}
              </Text>
            )}
          </ListBoxItem>
        )}
      </ListBox>
    </Popover>
  );
}
