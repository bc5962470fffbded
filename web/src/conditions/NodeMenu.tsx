import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { Menu, MenuItem, MenuTrigger } from '@/parts/Menu';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import { canMove, type Direction, move, parentOf, remove, unwrap, wrap } from './edits';
import { type Focus, useFilter } from './filter-context';
import { nodeWords } from './sentence';
import type { Node } from './tree';

/** What can be done with a row or group besides editing it: move, group, remove. */
export function NodeMenu({ node }: { node: Node }) {
  const words = useSection(conditions);
  const { root, fields, edit } = useFilter();
  const name = nodeWords(node, fields, words);

  const moveTo = (direction: Direction) => {
    const moved = move(root, node.id, direction);
    const around = parentOf(moved, node.id)?.children ?? [];
    const place = around.findIndex((child) => child.id === node.id) + 1;
    edit(moved, menuOf(node.id), words.moved(name, place, around.length));
  };

  const drop = () => {
    const around = parentOf(root, node.id)?.children ?? [];
    const at = around.findIndex((child) => child.id === node.id);
    const heir = around[at + 1] ?? around[at - 1] ?? root;
    edit(remove(root, node.id), menuOf(heir.id), words.removed(name));
  };

  const actions: Record<string, () => void> = {
    up: () => moveTo('up'),
    down: () => moveTo('down'),
    wrap: () => edit(wrap(root, node.id), menuOf(node.id)),
    unwrap: () => edit(unwrap(root, node.id), menuOf(firstOf(node))),
    remove: drop,
  };
  const impossible = (['up', 'down'] as const).filter((way) => !canMove(root, node.id, way));

  return (
    <MenuTrigger>
      <Button square look="quiet" aria-label={words.more(name)} data-menu="">
        <Icon name="more" />
      </Button>
      <Menu
        placement="bottom end"
        disabledKeys={impossible}
        onAction={(key) => actions[String(key)]?.()}
      >
        <MenuItem id="up">{words.moveUp}</MenuItem>
        <MenuItem id="down">{words.moveDown}</MenuItem>
        <MenuItem id="wrap">{words.wrap}</MenuItem>
        {node.kind === 'group' && <MenuItem id="unwrap">{words.unwrap}</MenuItem>}
        <MenuItem id="remove">{words.remove}</MenuItem>
      </Menu>
    </MenuTrigger>
  );
}

function menuOf(node: string): Focus {
  return { node, part: 'menu' };
}

function firstOf(node: Node): string {
  return (node.kind === 'group' && node.children[0]?.id) || node.id;
}
