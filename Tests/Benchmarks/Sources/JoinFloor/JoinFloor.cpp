#include "JoinFloor.h"

#include <array>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr size_t columns = 1 + floor_fields;

// A wanted row that differs: its counterpart, or -1 where there is none, and a bit for each field that differs.
struct Difference {
    uint32_t wanted;
    int32_t there;
    uint8_t fields;
};

size_t table_size(size_t rows) {
    size_t size = 16;
    while (size < rows * 2) size *= 2;
    return size;
}

// Open addressing with linear probing; an entry is half the hash and the row's number, counted from 1.
struct Table {
    std::vector<uint64_t> entries;
    size_t mask;

    explicit Table(size_t rows) : entries(table_size(rows)), mask(entries.size() - 1) {}

    void insert(uint64_t hash, size_t row) {
        size_t slot = hash & mask;
        while (entries[slot] != 0) slot = (slot + 1) & mask;
        entries[slot] = (hash & 0xFFFFFFFF00000000) | (row + 1);
    }

    template <typename IsSame> int64_t find(uint64_t hash, IsSame is_same) const {
        for (size_t slot = hash & mask; entries[slot] != 0; slot = (slot + 1) & mask) {
            if (entries[slot] >> 32 != hash >> 32) continue;
            size_t row = (entries[slot] & 0xFFFFFFFF) - 1;
            if (is_same(row)) return static_cast<int64_t>(row);
        }
        return -1;
    }
};

template <typename Rows> size_t join(const Rows &wanted, const Rows &there) {
    Table table(there.size());
    for (size_t row = 0; row < there.size(); row++) table.insert(there.hash(row), row);
    std::vector<Difference> differences;
    std::vector<bool> is_used(there.size());
    for (size_t row = 0; row < wanted.size(); row++) {
        int64_t found = table.find(wanted.hash(row), [&](size_t other) { return wanted.same(row, 0, there, other); });
        uint8_t fields = 0;
        if (found >= 0) {
            is_used[found] = true;
            for (size_t column = 1; column < columns; column++) {
                if (!wanted.same(row, column, there, found)) fields |= 1 << (column - 1);
            }
            if (fields == 0) continue;
        }
        differences.push_back({static_cast<uint32_t>(row), static_cast<int32_t>(found), fields});
    }
    size_t unused = 0;
    for (size_t row = 0; row < there.size(); row++) unused += !is_used[row];
    return differences.size() + unused;
}

uint64_t hash_bytes(const uint8_t *bytes, size_t count) {
    uint64_t state = 0x9E3779B97F4A7C15 ^ count;
    auto mix = [&](uint64_t word) {
        state = (state ^ word) * 0xD6E8FEB86659FD93;
        state ^= state >> 32;
    };
    uint64_t word = 0;
    for (; count >= 8; bytes += 8, count -= 8) {
        memcpy(&word, bytes, 8);
        mix(word);
    }
    word = 0;
    memcpy(&word, bytes, count);
    mix(word);
    return state;
}

}  // namespace

struct floor_arena {
    std::vector<uint8_t> bytes;
    std::vector<uint64_t> hashes;
    // Where each field begins; a field ends where the next one begins.
    std::vector<uint32_t> starts{0};

    size_t size() const { return hashes.size(); }
    uint64_t hash(size_t row) const { return hashes[row]; }
    bool same(size_t row, size_t column, const floor_arena &other, size_t other_row) const {
        const uint32_t *mine = &starts[row * columns + column];
        const uint32_t *theirs = &other.starts[other_row * columns + column];
        size_t count = mine[1] - mine[0];
        return count == theirs[1] - theirs[0] && memcmp(&bytes[mine[0]], &other.bytes[theirs[0]], count) == 0;
    }
};

struct floor_strings {
    std::vector<std::array<std::string, columns>> rows;

    size_t size() const { return rows.size(); }
    uint64_t hash(size_t row) const { return std::hash<std::string_view>()(rows[row][0]); }
    bool same(size_t row, size_t column, const floor_strings &other, size_t other_row) const {
        return rows[row][column] == other.rows[other_row][column];
    }
};

floor_arena *floor_arena_make(void) { return new floor_arena; }
void floor_arena_free(floor_arena *rows) { delete rows; }
void floor_arena_add(floor_arena *rows, const floor_text row[columns]) {
    rows->hashes.push_back(hash_bytes(row[0].bytes, row[0].count));
    for (size_t column = 0; column < columns; column++) {
        rows->bytes.insert(rows->bytes.end(), row[column].bytes, row[column].bytes + row[column].count);
        rows->starts.push_back(static_cast<uint32_t>(rows->bytes.size()));
    }
}
size_t floor_arena_join(const floor_arena *wanted, const floor_arena *there) { return join(*wanted, *there); }

floor_strings *floor_strings_make(void) { return new floor_strings; }
void floor_strings_free(floor_strings *rows) { delete rows; }
void floor_strings_add(floor_strings *rows, const floor_text row[columns]) {
    std::array<std::string, columns> texts;
    for (size_t column = 0; column < columns; column++) {
        texts[column].assign(reinterpret_cast<const char *>(row[column].bytes), row[column].count);
    }
    rows->rows.push_back(std::move(texts));
}
size_t floor_strings_join(const floor_strings *wanted, const floor_strings *there) { return join(*wanted, *there); }
