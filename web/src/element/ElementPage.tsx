import { useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { treeQuery } from '@/api/elements';
import { NotFound } from '@/app/NotFound';

/** One element: a task with its form and source, or another's files. */
export function ElementPage() {
  const { name } = useParams({ from: '/elements/$name' });
  const { data: elements } = useSuspenseQuery(treeQuery);
  const element = elements.find((each) => each.name === name);
  if (element === undefined) return <NotFound />;
  return <h1>{element.title}</h1>;
}
