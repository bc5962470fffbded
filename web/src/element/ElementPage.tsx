import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { sessionQuery } from '@/api/session';
import { useWholeTree } from '@/api/shared-files';
import { NotFound } from '@/app/NotFound';
import { FilesPage } from './FilesPage';
import { TaskPage } from './TaskPage';

/** One element: a task with its form and source, or another's files. */
export function ElementPage() {
  const { name } = useParams({ from: '/elements/$name' });
  const { data: session } = useSuspenseQuery(sessionQuery);
  const elements = useWholeTree(session);
  const element = elements.find((each) => each.name === name);
  if (element === undefined) return <NotFound />;
  const Page = element.kind === 'tasks' ? TaskPage : FilesPage;
  return <Page key={name} element={element} session={session} />;
}
