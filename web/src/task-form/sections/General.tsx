import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { flag, optionalText, requiredText, texts } from '../codecs';
import { Setting } from '../form';
import { ListInput } from '../inputs/ListInput';
import { SwitchInput } from '../inputs/SwitchInput';
import { TextInput } from '../inputs/TextInput';
import { TitleInput } from '../inputs/TitleInput';
import { Row, Section } from '../Section';

export function General() {
  const text = useSection(words);
  return (
    <Section title={text.general}>
      <Row>
        <Setting path={['title']} codec={requiredText} label={text.title}>
          {(input) => <TitleInput {...input} />}
        </Setting>
        <Setting path={['enable']} codec={enabled} label={text.enabled}>
          {(input) => <SwitchInput {...input} />}
        </Setting>
      </Row>
      <Row>
        <Setting path={['description']} codec={optionalText} label={text.description}>
          {(input) => <TextInput {...input} isTall />}
        </Setting>
        <Setting path={['tags']} codec={texts} label={text.tags}>
          {(input) => <ListInput {...input} hint={text.tagsHint} />}
        </Setting>
      </Row>
    </Section>
  );
}

const enabled = flag(true);
