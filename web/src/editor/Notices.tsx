import { useState } from 'react';
import { Button } from '@/parts/Button';
import { useTimeFormat } from '@/parts/Time';
import { useSection } from '@/words';
import * as words from '@/words/editor';
import type { EditedFile } from './edited-file';
import { MergeDialog } from './MergeDialog';
import style from './Notices.module.css';
import { useFile } from './use-file';

/** What a file asks: an unsaved text that was kept, or a newer version on disk (rule C14). */
export function Notices({ file }: { file: EditedFile }) {
  const { buffer, offered } = useFile(file);
  return (
    <>
      {offered && <DraftOffered file={file} at={offered.at} />}
      {buffer?.theirs && <ChangedOnDisk file={file} removed={buffer.theirs.sha256 === null} />}
    </>
  );
}

function DraftOffered({ file, at }: { file: EditedFile; at: number }) {
  const text = useSection(words);
  const write = useTimeFormat();
  return (
    <div role="status" className={style.notice}>
      <span>{text.draftOffered(file.name, write(new Date(at).toISOString()))}</span>
      <Button onPress={file.restore}>{text.restore}</Button>
      <Button look="quiet" onPress={file.forget}>
        {text.drop}
      </Button>
    </div>
  );
}

function ChangedOnDisk({ file, removed }: { file: EditedFile; removed: boolean }) {
  const text = useSection(words);
  const [merging, setMerging] = useState(false);
  return (
    <div role="alert" className={style.notice}>
      <span>{removed ? text.removedOnDisk(file.name) : text.changedOnDisk(file.name)}</span>
      <Button onPress={() => setMerging(true)}>{text.mergeChanges}</Button>
      <Button look="quiet" onPress={file.discard}>
        {text.takeTheirs}
      </Button>
      {merging && <MergeDialog file={file} close={() => setMerging(false)} />}
    </div>
  );
}
