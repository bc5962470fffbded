import { Link } from '@tanstack/react-router';
import { Empty } from '@/parts/Empty';
import { useSection, useWords } from '@/words';
import * as words from '@/words/element';

/** An element that is not there, or no longer: others may have deleted it while it was edited. */
export function Gone({ name }: { name: string }) {
  const text = useSection(words);
  const { app } = useWords();
  return (
    <Empty>
      <h1>{text.gone(name)}</h1>
      <p>{text.goneText}</p>
      <Link to="/">{app.overview}</Link>
    </Empty>
  );
}
