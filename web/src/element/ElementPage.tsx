import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { sessionQuery } from '@/api/session';
import { useWholeTree } from '@/api/shared-files';
import { FilesPage } from './FilesPage';
import { Gone } from './Gone';
import { TaskPage } from './TaskPage';

/** One element: a task with its form and source, or another's files. */
export function ElementPage() {
  const { name } = useParams({ from: '/elements/$name' });
  const { data: session } = useSuspenseQuery(sessionQuery);
  const elements = useWholeTree(session);
  const found = elements.find((each) => each.name === name);
  const [known, setKnown] = useState(found);
  if (found !== undefined && found !== known) setKnown(found);
  // what others delete stays as it was known while it is edited
  const element = found ?? (known?.name === name ? known : undefined);
  if (element === undefined) return <Gone name={name} />;
  const Page = element.kind === 'tasks' ? TaskPage : FilesPage;
  return <Page key={name} element={element} session={session} isGone={found === undefined} />;
}
