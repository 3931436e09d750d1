// Doors to the emoji of this server: what pickers offer, and what the staff does with them.
import { Type } from 'typebox';
import type { App } from '#server/platform/http/app.ts';
import type { AppContext } from '#server/context.ts';
import { Invalid, NotFound } from '#server/platform/errors.ts';
import { open, staff } from '#server/platform/http/access.ts';
import { findEmoji, listEmojis } from './queries.ts';
import {
  CustomEmojiSchema,
  serializeCustomEmoji,
  serializeStaffEmoji,
  StaffEmojiSchema,
  type StaffEmoji,
} from './serializers.ts';
import { fetchShownEmoji } from './service/copy.ts';
import { addEmoji, changeEmoji, removeEmoji } from './service/write.ts';

const tags = ['Administration'];
const IdParams = Type.Object({ id: Type.String() });
const wishes = {
  shortcode: Type.Optional(Type.String({ description: 'Letters a to z, digits and underscores, 2 to 50' })),
  category: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  visible_in_picker: Type.Optional(Type.Boolean()),
};

/** Registers the doors. */
export async function emojiRoutes(app: App, ctx: AppContext): Promise<void> {
  app.get(
    '/api/v1/custom_emojis',
    {
      schema: { tags: ['Instance'], summary: 'Emoji of this server', response: { 200: Type.Array(CustomEmojiSchema) } },
      config: { access: open },
    },
    async () => {
      const emojis = await listEmojis(ctx);
      return emojis.filter(({ disabled }) => !disabled).map((emoji) => serializeCustomEmoji(emoji, ctx));
    },
  );
  staffReads(app, ctx);
  staffWrites(app, ctx);
}

function staffReads(app: App, ctx: AppContext): void {
  app.get(
    '/api/admin/emojis',
    {
      schema: { tags, summary: 'All emoji of this server', response: { 200: Type.Array(StaffEmojiSchema) } },
      config: { access: staff('admin', 'admin:read') },
    },
    async () => (await listEmojis(ctx)).map((emoji) => serializeStaffEmoji(emoji, ctx)),
  );
  app.get(
    '/api/admin/emojis/:id',
    {
      schema: { tags, summary: 'One emoji', params: IdParams, response: { 200: StaffEmojiSchema } },
      config: { access: staff('admin', 'admin:read') },
    },
    async (request) => present(ctx, request.params.id),
  );
}

function staffWrites(app: App, ctx: AppContext): void {
  const access = staff('admin', 'admin:write');
  app.post(
    '/api/admin/emojis',
    {
      schema: {
        tags,
        summary: 'Add an emoji',
        description:
          'A form with its picture in the field `image`: PNG, GIF, WebP, JPEG or AVIF, at most 1 MB. Or `copy_of`, to take over one of another server.',
        body: Type.Object({
          ...wishes,
          copy_of: Type.Optional(Type.String({ description: 'The `url` under which this server shows that emoji' })),
        }),
        response: { 201: StaffEmojiSchema },
      },
      config: { access },
    },
    async (request, reply) => {
      const { shortcode = '', category, visible_in_picker: inPicker, copy_of: copied } = request.body;
      const picture =
        request.uploads['image']?.content ?? (copied === undefined ? undefined : await fetchShownEmoji(ctx, copied));
      if (picture === undefined) {
        const description = 'image must be a file';
        throw new Invalid(`Validation failed: ${description}`, {
          details: { image: [{ error: 'ERR_BLANK', description }] },
        });
      }
      const id = await addEmoji(ctx, { shortcode, category, inPicker, picture });
      reply.code(201);
      return present(ctx, id);
    },
  );

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route({
      method,
      url: '/api/admin/emojis/:id',
      schema: {
        tags,
        summary: 'Rename, move, disable or enable an emoji',
        description: 'What is left out stays. Posts that were written with it stay as they are.',
        params: IdParams,
        body: Type.Object({ ...wishes, disabled: Type.Optional(Type.Boolean()) }),
        response: { 200: StaffEmojiSchema },
        hide: method === 'PUT',
      },
      config: { access },
      handler: async (request) => {
        const { shortcode, category, visible_in_picker: inPicker, disabled } = request.body;
        await changeEmoji(ctx, request.params.id, { shortcode, category, inPicker, disabled });
        return present(ctx, request.params.id);
      },
    });
  }

  app.delete(
    '/api/admin/emojis/:id',
    {
      schema: {
        tags,
        summary: 'Delete an emoji with its picture',
        description: 'Posts that show it show its shortcode from then on, and reactions with it are gone.',
        params: IdParams,
        response: { 200: Type.Object({}) },
      },
      config: { access },
    },
    async (request) => {
      await removeEmoji(ctx, request.params.id);
      return {};
    },
  );
}

async function present(ctx: AppContext, id: string): Promise<StaffEmoji> {
  const emoji = await findEmoji(ctx, id);
  if (emoji === null) throw new NotFound('Record not found');
  return serializeStaffEmoji(emoji, ctx);
}
