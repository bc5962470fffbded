import { Select as AriaSelect, Button, SelectValue } from 'react-aria-components';
import style from './Control.module.css';
import { Icon } from './Icon';
import { type Option, Options } from './Options';

interface Props<Id extends string> {
  label: string;
  options: readonly Option<Id>[];
  value: Id | null;
  onChange: (id: Id) => void;
  placeholder?: string;
}

/** One of a few, from a list that opens. */
export function Select<Id extends string>({
  label,
  options,
  value,
  onChange,
  placeholder,
}: Props<Id>) {
  return (
    <AriaSelect<Option>
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onChange={(key) => {
        const chosen = options.find((option) => option.id === key);
        if (chosen) onChange(chosen.id);
      }}
      className={style.control}
    >
      <Button className={style.box}>
        <SelectValue<Option> className={style.value}>
          {({ selectedText, defaultChildren }) => selectedText || defaultChildren}
        </SelectValue>
        <Icon name="down" />
      </Button>
      <Options items={options} />
    </AriaSelect>
  );
}
