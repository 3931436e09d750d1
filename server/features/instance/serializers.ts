// The community as clients read it when they start: version 2 of the document, and version 1 for older ones.
import type { InstanceFigures, WeekFigures } from './queries.ts';
import type { InstanceSettings, Rule } from './policy.ts';

/**
 * What clients compare to find out what works. They read it as a version of Mastodon: the last one whose features are all here.
 * The part after `+` is ours. It must be a valid semantic version: some clients stop working otherwise.
 */
export function wireVersion(version: string): string {
  return `4.5.0+rookery-${version}`;
}

/**
 * Raise a number only when everything up to it exists: `mastodon` 5 is filters that blur, 6 whom and what profiles feature, 7 quotes.
 * Clients that do not read it compare `wireVersion`, so the two move together: 4.3 is 2, 4.4 is 6, 4.5 is 7.
 */
export const apiVersions = { mastodon: 7, rookery: 1 } as const;

/** Everything that the documents are made of; gathered by the door. */
export interface InstanceFacts {
  /** Of this software. */
  version: string;
  sourceUrl: string;
  origin: string;
  handleDomain: string;
  settings: InstanceSettings;
  figures: InstanceFigures;
  /** The account of the one to turn to, as clients read accounts; null when there is none. */
  contact: object | null;
  pushKey: string;
  postMaxCharacters: number;
  maxPinnedPosts: number;
  /** Only servers on the staff's list count. */
  talksToListedOnly: boolean;
  /** With how many emoji one may react to a post. */
  reactionsEach: number;
  polls: { maxOptions: number; maxOptionCharacters: number; minSeconds: number; maxSeconds: number };
  profile: {
    displayName: number;
    bio: number;
    fields: number;
    fieldName: number;
    fieldValue: number;
    pictureDescription: number;
    uploadBytes: number;
  };
  media: {
    types: readonly string[];
    maxAttachments: number;
    description: number;
    descriptionRequired: boolean;
    imageBytes: number;
    imagePixels: number;
    /** All 0 where no films and sounds are taken. */
    filmBytes: number;
    filmPixels: number;
    filmFrameRate: number;
  };
}

function serializeConfiguration(facts: InstanceFacts) {
  const { origin, profile, media } = facts;
  return {
    urls: {
      streaming: socketOrigin(origin),
      about: `${origin}/about`,
      privacy_policy: `${origin}/about`,
      terms_of_service: null,
      status: null,
    },
    vapid: { public_key: facts.pushKey },
    accounts: {
      max_featured_tags: 10,
      max_pinned_statuses: facts.maxPinnedPosts,
      max_profile_fields: profile.fields,
      profile_field_name_limit: profile.fieldName,
      profile_field_value_limit: profile.fieldValue,
      max_display_name_length: profile.displayName,
      max_note_length: profile.bio,
      max_avatar_description_length: profile.pictureDescription,
      max_header_description_length: profile.pictureDescription,
    },
    statuses: {
      max_characters: facts.postMaxCharacters,
      max_media_attachments: media.maxAttachments,
      characters_reserved_per_url: 23,
    },
    media_attachments: {
      supported_mime_types: [...media.types],
      description_limit: media.description,
      ...(media.descriptionRequired ? { description_required: true } : {}),
      image_size_limit: media.imageBytes,
      image_matrix_limit: media.imagePixels,
      video_size_limit: media.filmBytes,
      video_matrix_limit: media.filmPixels,
      video_frame_rate_limit: media.filmFrameRate,
    },
    // As glitch-soc says it: clients offer reactions where they find it.
    reactions: { max_reactions: facts.reactionsEach },
    polls: {
      max_options: facts.polls.maxOptions,
      max_characters_per_option: facts.polls.maxOptionCharacters,
      min_expiration: facts.polls.minSeconds,
      max_expiration: facts.polls.maxSeconds,
    },
    translation: { enabled: false },
    timelines_access: {
      live_feeds: { local: 'public', remote: 'public' },
      hashtag_feeds: { local: 'public', remote: 'public' },
      trending_link_feeds: { local: 'disabled', remote: 'disabled' },
    },
    limited_federation: facts.talksToListedOnly,
  };
}

/** @see https://docs.joinmastodon.org/entities/Instance/ */
export function serializeInstance(facts: InstanceFacts) {
  const { settings, origin } = facts;
  return {
    domain: facts.handleDomain,
    title: settings.title,
    version: wireVersion(facts.version),
    source_url: facts.sourceUrl,
    description: settings.description,
    usage: { users: { active_month: facts.figures.activeMonth } },
    thumbnail: { url: `${origin}/headers/original/missing.png`, blurhash: null, versions: {}, description: '' },
    icon: [],
    languages: ['en'],
    configuration: serializeConfiguration(facts),
    registrations: {
      enabled: settings.registrations !== 'closed',
      approval_required: settings.registrations === 'approval',
      reason_required: settings.registrations === 'approval',
      message: null,
      min_age: null,
      url: `${origin}/sign-up`,
    },
    api_versions: apiVersions,
    contact: { email: settings.contactEmail, account: facts.contact },
    rules: settings.rules.map(serializeRule),
    wrapstodon: null,
  };
}

/** @see https://docs.joinmastodon.org/entities/V1_Instance/ */
export function serializeInstanceV1(facts: InstanceFacts) {
  const { settings, figures, origin } = facts;
  const configuration = serializeConfiguration(facts);
  return {
    uri: facts.handleDomain,
    title: settings.title,
    short_description: settings.description,
    description: settings.description,
    email: settings.contactEmail,
    version: wireVersion(facts.version),
    urls: { streaming_api: socketOrigin(origin) },
    stats: { user_count: figures.users, status_count: figures.posts, domain_count: figures.domains },
    thumbnail: `${origin}/headers/original/missing.png`,
    languages: ['en'],
    registrations: settings.registrations !== 'closed',
    approval_required: settings.registrations === 'approval',
    invites_enabled: false,
    configuration,
    contact_account: facts.contact,
    rules: settings.rules.map(serializeRule),
    // Names that other software gave to its limits; several clients look for them.
    max_toot_chars: facts.postMaxCharacters,
    poll_limits: {
      max_options: configuration.polls.max_options,
      max_option_chars: configuration.polls.max_characters_per_option,
      min_expiration: configuration.polls.min_expiration,
      max_expiration: configuration.polls.max_expiration,
    },
    upload_limit: configuration.media_attachments.image_size_limit,
  };
}

export function serializeRule(rule: Rule) {
  return { id: rule.id, text: rule.text, hint: rule.hint, translations: {} };
}

/** All values are texts, as clients expect here. */
export function serializeWeek(week: WeekFigures) {
  return {
    week: String(Math.floor(week.weekStart.getTime() / 1000)),
    statuses: String(week.posts),
    logins: String(week.logins),
    registrations: String(week.registrations),
  };
}

function socketOrigin(origin: string): string {
  return origin.replace(/^http/, 'ws');
}
