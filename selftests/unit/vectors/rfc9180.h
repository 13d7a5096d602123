/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test vectors of RFC 9180, Appendix A.2.1: DHKEM(X25519, HKDF-SHA256),
 * HKDF-SHA256, ChaCha20Poly1305, base mode, with the encryptions of A.2.1.1.
 */
#ifndef VECTORS_RFC9180_H
#define VECTORS_RFC9180_H

static const char rfc9180_info[] = "4f6465206f6e2061204772656369616e2055726e";
static const char rfc9180_ephemeral_private[] =
	"f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600";
static const char rfc9180_enc[] =
	"1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a";
static const char rfc9180_private[] =
	"8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb";
static const char rfc9180_public[] =
	"4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
static const char rfc9180_key[] =
	"ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91";
static const char rfc9180_base_nonce[] = "5c4d98150661b848853b547f";
static const char rfc9180_plain[] = "4265617574792069732074727574682c20747275746820626561757479";
/* The associated data are "Count-" and the sequence number. */
static const struct {
	unsigned int sequence;
	const char *cipher;
} rfc9180_encryptions[] = {
	{ 0,
	  "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28" },
	{ 1,
	  "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c" },
	{ 2,
	  "71146bd6795ccc9c49ce25dda112a48f202ad220559502cef1f34271e0cb4b02b4f10ecac6f48c32f878fae86b" },
	{ 4,
	  "63357a2aa291f5a4e5f27db6baa2af8cf77427c7c1a909e0b37214dd47db122bb153495ff0b02e9e54a50dbe16" },
	{ 255,
	  "18ab939d63ddec9f6ac2b60d61d36a7375d2070c9b683861110757062c52b8880a5f6b3936da9cd6c23ef2a95c" },
	{ 256,
	  "7a4a13e9ef23978e2c520fd4d2e757514ae160cd0cd05e556ef692370ca53076214c0c40d4c728d6ed9e727a5b" },
};

#endif
