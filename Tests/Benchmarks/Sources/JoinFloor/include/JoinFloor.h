#pragma once
#include <stddef.h>
#include <stdint.h>

// Two hand-written joins of the kind that the engine does, to see how far it is from what the machine can do.
//
// A row is a key and six fields, all bytes. A join looks up every wanted row among the rows that are there, compares
// the fields of those found, and notes each row that differs or is missing, and which fields differ.

#ifdef __cplusplus
extern "C" {
#endif

enum { floor_fields = 6 };

typedef struct {
    const uint8_t *bytes;
    size_t count;
} floor_text;

// All bytes in one arena, with the hash of each key computed when the row is added.
typedef struct floor_arena floor_arena;
floor_arena *floor_arena_make(void);
void floor_arena_add(floor_arena *, const floor_text row[1 + floor_fields]);
size_t floor_arena_join(const floor_arena *wanted, const floor_arena *there);
void floor_arena_free(floor_arena *);

// One std::string a field, open addressing over the keys' std::hash.
typedef struct floor_strings floor_strings;
floor_strings *floor_strings_make(void);
void floor_strings_add(floor_strings *, const floor_text row[1 + floor_fields]);
size_t floor_strings_join(const floor_strings *wanted, const floor_strings *there);
void floor_strings_free(floor_strings *);

#ifdef __cplusplus
}
#endif
