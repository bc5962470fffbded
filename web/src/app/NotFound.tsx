import { Link } from '@tanstack/react-router';
import { Empty } from '@/parts/Empty';
import { useWords } from '@/words';

export function NotFound() {
  const { app } = useWords();
  return (
    <Empty>
      <p>{app.notFound}</p>
      <Link to="/">{app.overview}</Link>
    </Empty>
  );
}
