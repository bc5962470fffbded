import { Button } from '@/parts/Button';
import { TextInput } from '@/task-form/inputs/TextInput';
import { useSection } from '@/words';
import * as words from '@/words/new-element';
import type { Naming } from './use-name';

/** The English name, made from the title while that is typed, and the folder (rule C6). */
export function NameInputs({ naming }: { naming: Naming }) {
  const text = useSection(words);
  const { found, typed, folder, kind } = naming;
  const path = [kind, ...folder.split('/').filter(Boolean), found?.name].join('.');
  const problem =
    found?.problem ?? (found?.taken ? text.taken(found.name, found.free) : naming.refused);
  return (
    <>
      <TextInput
        label={text.name}
        value={typed ?? found?.name ?? ''}
        onChange={naming.type}
        problems={[]}
        error={problem}
        hint={found && !problem ? text.nameHint(path) : undefined}
        isCode
      />
      <TextInput
        label={text.folder}
        value={folder}
        onChange={naming.setFolder}
        problems={[]}
        hint={text.folderHint}
        isCode
      />
      {found?.taken && !found.problem && (
        <Button look="quiet" onPress={() => naming.type(found.free)}>
          {text.takeFree(found.free)}
        </Button>
      )}
    </>
  );
}
