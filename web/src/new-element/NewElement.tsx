import type { NewKind } from './NewElementMenu';

interface Props {
  kind: NewKind;
  close: () => void;
}

export default function NewElement(_: Props) {
  return null;
}
