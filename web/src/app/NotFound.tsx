import { Link } from '@tanstack/react-router';
import { Empty } from '@/parts/Empty';
import { useWords } from '@/words';

export function NotFound() {
  const { app } = useWords();
  return (
    <Empty>
      <h1>{app.notFound}</h1>
      <Link to="/">{app.overview}</Link>
    </Empty>
  );
}
