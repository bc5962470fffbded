import { TrashDialog } from '@/trash/TrashDialog';
import { NewDatabase } from './NewDatabase';
import type { ElementDialog } from './NewElementMenu';
import { NewModel } from './NewModel';
import { NewService } from './NewService';
import { NewTask } from './NewTask';

interface Props {
  kind: ElementDialog;
  close: () => void;
}

/** The dialog that makes an element of a kind (rule C6), or brings back a deleted one (C20). */
export default function NewElement({ kind, close }: Props) {
  switch (kind) {
    case 'scheduled':
    case 'dateField':
      return <NewTask kind={kind} close={close} />;
    case 'service':
      return <NewService close={close} />;
    case 'model':
      return <NewModel close={close} />;
    case 'database':
      return <NewDatabase close={close} />;
    case 'trash':
      return <TrashDialog close={close} />;
  }
}
