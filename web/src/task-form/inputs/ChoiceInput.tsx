import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
} from 'react-aria-components';
import { Icon } from '@/parts/Icon';
import { type InputProps, isInvalid, Notes } from './input';
import style from './inputs.module.css';

export interface Option<T> {
  readonly value: T;
  readonly label: string;
  /** Why it cannot be chosen. */
  readonly unfit?: string;
  readonly description?: string;
}

interface Props<T> extends InputProps<T> {
  options: readonly Option<T>[];
}

export function ChoiceInput<T extends string | number>({ options, ...rest }: Props<T>) {
  const { label, value, onChange, isDisabled } = rest;
  const choose = (key: unknown) => {
    const option = options.find((each) => String(each.value) === key);
    if (option !== undefined) onChange(option.value);
  };
  return (
    <Select
      className={style.field}
      value={String(value)}
      onChange={choose}
      disabledKeys={options.filter((each) => each.unfit).map((each) => String(each.value))}
      isDisabled={isDisabled}
      isInvalid={isInvalid(rest)}
      validationBehavior="aria"
    >
      <Label className={style.label}>{label}</Label>
      <Button className={style.select}>
        <SelectValue className={style.chosen} />
        <Icon name="down" />
      </Button>
      <Notes {...rest} />
      <Popover className={style.popover}>
        <ListBox className={style.list}>
          {options.map((option) => (
            <ListBoxItem
              key={String(option.value)}
              id={String(option.value)}
              textValue={option.label}
              className={style.option}
            >
              <Text slot="label">{option.label}</Text>
              <OptionNote {...option} />
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}

export function OptionNote({ unfit, description }: Pick<Option<unknown>, 'unfit' | 'description'>) {
  const note = unfit ?? description;
  return note ? <Text slot="description">{note}</Text> : null;
}
