import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue, useState } from 'react';
import { Input, SearchField } from 'react-aria-components';
import { treeQuery } from '@/api/elements';
import { useTree } from '@/api/shared-files';
import { Empty } from '@/parts/Empty';
import { Icon } from '@/parts/Icon';
import { Loading } from '@/parts/Loading';
import { MenuToCome } from '@/parts/MenuToCome';
import { Trouble } from '@/parts/Trouble';
import { useSettled } from '@/parts/use-settled';
import { useWords } from '@/words';
import { outline } from './outline';
import { Tree } from './Tree';
import style from './TreePanel.module.css';

const NewElementMenu = lazy(async () => ({
  default: (await import('@/new-element/NewElementMenu')).NewElementMenu,
}));

/** The element tree with its search and `+` (rule C5). */
export function TreePanel({ left }: { left: () => void }) {
  const { app, elements: words } = useWords();
  const tree = useQuery(treeQuery);
  const { data: whole } = useTree();
  const [searched, setSearched] = useState('');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set(['tasks']));
  const text = useDeferredValue(searched);
  const settled = useSettled(tree.isFetched);
  const menuToCome = <MenuToCome label={app.newElement} icon="plus" />;
  const navigate = useNavigate();
  const { name = null } = useParams({ strict: false }) as { name?: string };
  const above =
    name === null ? [] : foldersOf(name, whole?.find((each) => each.name === name)?.kind);
  const open = new Set([...opened, ...above.filter((key) => !closed.has(key))]);
  const lines = outline(whole ?? [], open, text, (kind) => words.kinds[kind] ?? kind);

  return (
    <nav aria-label={app.elements} className={style.panel}>
      <div className={style.head}>
        <SearchField
          aria-label={app.searchElements}
          value={searched}
          onChange={setSearched}
          className={style.search}
        >
          <Icon name="search" />
          <Input placeholder={app.searchElements} />
        </SearchField>
        <Suspense fallback={menuToCome}>{settled ? <NewElementMenu /> : menuToCome}</Suspense>
      </div>
      {tree.isPending && <Loading />}
      {tree.error && <Trouble error={tree.error} retry={() => void tree.refetch()} />}
      {text === '' && tree.data?.length === 0 && <Empty>{words.empty}</Empty>}
      {text !== '' && tree.data && lines.length === 0 && <Empty>{words.noMatch(text)}</Empty>}
      {lines.length > 0 && (
        <Tree
          lines={lines}
          label={app.elements}
          current={name}
          toggle={(key, isOpen) => {
            setOpened((before) => changed(before, key, isOpen));
            setClosed((before) => changed(before, key, !isOpen));
          }}
          use={(line) => {
            left();
            void navigate({ to: '/elements/$name', params: { name: line.key } });
          }}
        />
      )}
    </nav>
  );
}

/** The keys of an element's kind and folders, so that the element at hand is in view. */
function foldersOf(name: string, kind: string | undefined): string[] {
  if (kind === undefined) return [];
  const folders = name.split('.').slice(1, -1);
  return [kind, ...folders.map((_, index) => [kind, ...folders.slice(0, index + 1)].join('/'))];
}

function changed(keys: ReadonlySet<string>, key: string, has: boolean): ReadonlySet<string> {
  const after = new Set(keys);
  if (has) after.add(key);
  else after.delete(key);
  return after;
}
