// What browsers hand over about passkeys: the JSON forms of WebAuthn. Bytes are base64url.
import { Type } from 'typebox';

const Bytes = Type.String({ maxLength: 20_000 });
const common = {
  id: Type.String({ maxLength: 1400 }),
  rawId: Type.String({ maxLength: 1400 }),
  type: Type.Literal('public-key'),
  clientExtensionResults: Type.Object({}),
};

/** @see https://www.w3.org/TR/webauthn-3/#dictdef-authenticationresponsejson */
export const PasskeyAnswer = Type.Object({
  ...common,
  response: Type.Object({
    clientDataJSON: Bytes,
    authenticatorData: Bytes,
    signature: Bytes,
    userHandle: Type.Optional(Bytes),
  }),
});

/** @see https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson */
export const NewPasskey = Type.Object({
  ...common,
  response: Type.Object({
    clientDataJSON: Bytes,
    attestationObject: Bytes,
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 20 })),
  }),
});
