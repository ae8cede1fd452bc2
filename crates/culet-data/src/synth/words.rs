//! Word lists for readable names.

/// First words of titles.
pub(super) const ADJECTIVES: [&str; 64] = [
    "Silent", "Iron", "Crimson", "Hollow", "Golden", "Distant", "Broken", "Gentle", "Midnight", "Burning", "Frozen",
    "Hidden", "Wandering", "Pale", "Secret", "Restless", "Emerald", "Forgotten", "Quiet", "Savage", "Paper", "Velvet",
    "Bitter", "Lonely", "Electric", "Wooden", "Faithful", "Drowned", "Bright", "Scarlet", "Empty", "Northern",
    "Patient", "Stolen", "Glass", "Autumn", "Reluctant", "Winter", "Copper", "Tender", "Sleeping", "Wild", "Borrowed",
    "Painted", "Lesser", "Fearless", "Blue", "Ancient", "Salt", "Second", "Invisible", "Amber", "Crooked", "Rising",
    "Honest", "Marble", "Endless", "Careless", "Silver", "Foreign", "Sudden", "Thirteenth", "Weightless", "Unwritten",
];

/// Nouns of titles.
pub(super) const NOUNS: [&str; 64] = [
    "Harbour", "Meridian", "Orchard", "Lantern", "River", "Kingdom", "Letter", "Garden", "Horizon", "Machine",
    "Stranger", "Bridge", "Crown", "Tide", "Window", "Forest", "Island", "Summer", "Mirror", "Station", "Promise",
    "Shadow", "Voyage", "Carnival", "Piano", "Desert", "Witness", "Comet", "Daughter", "Fortress", "Ferry", "Compass",
    "Detective", "Melody", "Pilgrim", "Alphabet", "Canyon", "Soldier", "Cathedral", "Highway", "Falcon", "Masquerade",
    "Bakery", "Prophet", "Lighthouse", "Railway", "Inheritance", "Sailor", "Wolf", "Ballroom", "Telegram", "Valley",
    "Clockmaker", "Republic", "Serpent", "Apartment", "Gambler", "Monsoon", "Library", "Astronaut", "Violin",
    "Labyrinth", "Rooftop", "Confession",
];

/// Second nouns of titles: "Orchard and Thunder".
pub(super) const COMPANIONS: [&str; 40] = [
    "Thunder", "Salt", "Ash", "Mercy", "Smoke", "Honey", "Rust", "Sorrow", "Dust", "Silk", "Stone", "Rain", "Fire",
    "Gold", "Snow", "Wine", "Bone", "Luck", "Ruin", "Cedar", "Ivory", "Grace", "Iron", "Laughter", "Fog", "Amber",
    "Steel", "Paper", "Roses", "Coal", "Sugar", "Blood", "Moonlight", "Pepper", "Lightning", "Marble", "Wool", "Tin",
    "Sand", "Silence",
];

/// Ends of titles: "Lantern at Dusk".
pub(super) const ENDS: [&str; 24] = [
    "at Dusk", "before Dawn", "in the Rain", "after Midnight", "at the Border", "without Snow", "by the Sea",
    "on the Hill", "under Glass", "of the North", "in Exile", "for Two", "of Fools", "at Low Tide", "from Nowhere",
    "in June", "of Strangers", "on Fire", "against the Wind", "in Winter", "without End", "of the Saints",
    "beneath the Ice", "for Beginners",
];

/// First names.
pub(super) const FIRST_NAMES: [&str; 72] = [
    "Ada", "Bruno", "Clara", "Dario", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Katya", "Leo", "Mira",
    "Nadia", "Oscar", "Petra", "Quentin", "Rosa", "Stefan", "Tilda", "Ugo", "Vera", "Walter", "Ximena", "Yusuf",
    "Zora", "Amara", "Bela", "Chidi", "Dalia", "Emil", "Freya", "Goran", "Hana", "Ivo", "Jun", "Kofi", "Lena", "Mateo",
    "Noor", "Olga", "Pavel", "Rania", "Sven", "Tomas", "Uma", "Viktor", "Wanda", "Yara", "Zeno", "Astrid", "Basil",
    "Celeste", "Diego", "Esther", "Farid", "Gilda", "Henrik", "Isolde", "Joao", "Keiko", "Lucia", "Marcus", "Nils",
    "Odile", "Priya", "Ravi", "Selma", "Theo", "Ulrike", "Vivian", "Wei",
];

/// Last names.
pub(super) const LAST_NAMES: [&str; 90] = [
    "Lindqvist", "Okafor", "Marchetti", "Sato", "Novak", "Delacroix", "Haddad", "Ferreira", "Kowalski", "Brandt",
    "Ashworth", "Moreau", "Petrov", "Castellano", "Nakamura", "Oyelaran", "Halloran", "Vance", "Bergman", "Quiroga",
    "Takeda", "Whitlock", "Zielinski", "Abara", "Costa", "Drummond", "Eriksen", "Fontaine", "Galvez", "Hartmann",
    "Ivanova", "Jansen", "Kessler", "Lombardi", "Mbeki", "Nystrom", "Ortega", "Pereira", "Rahman", "Salazar", "Thorne",
    "Uribe", "Valente", "Weiss", "Yamada", "Zapata", "Amsel", "Bellamy", "Calloway", "Dietrich", "Esposito",
    "Fairchild", "Grimaldi", "Holm", "Iyer", "Juarez", "Kaplan", "Larsen", "Mehta", "Norwood", "Olsen", "Pagano",
    "Rossi", "Sorensen", "Tanaka", "Underhill", "Verhoeven", "Winters", "Yilmaz", "Zeller", "Adeyemi", "Blackwood",
    "Cardoso", "Duval", "Engel", "Fujita", "Greaves", "Horvat", "Ishikawa", "Khoury", "Laurent", "Mancini", "Nowicki",
    "Pryce", "Rask", "Silva", "Toivonen", "Vasquez", "Wolfe", "Zhou",
];

/// Middle initials.
pub(super) const INITIALS: [&str; 20] = [
    "A.", "B.", "C.", "D.", "E.", "F.", "G.", "H.", "J.", "K.", "L.", "M.", "N.", "O.", "P.", "R.", "S.", "T.", "V.",
    "W.",
];

/// Beginnings of place names.
pub(super) const PLACE_STEMS: [&str; 32] = [
    "Val", "Or", "Caer", "Stel", "Brim", "Mont", "Ald", "Lun", "Thorn", "Wex", "Har", "Sil", "Ash", "Fal", "Kar",
    "Mor", "Nor", "Pel", "Riv", "San", "Tor", "Ven", "Win", "Zel", "Bel", "Cor", "Dun", "Est", "Gal", "Hol", "Ist",
    "Mar",
];

/// Ends of place names.
pub(super) const PLACE_ENDS: [&str; 25] = [
    "mere", "dale", "ford", "haven", "wick", "stad", "bury", "mouth", "field", "holm", "gate", "ona", "eira", "essa",
    "ovo", "ingen", "burg", "anto", "ley", "more", "cliff", "ville", "port", "bridge", "ara",
];

/// What stands before a place name.
pub(super) const PLACE_FRONTS: [&str; 16] = [
    "New", "Old", "Upper", "Lower", "Port", "Saint", "East", "West", "North", "South", "Great", "Little", "Fort",
    "Lake", "Mount", "High",
];

/// First words of studios.
pub(super) const STUDIO_WORDS: [&str; 40] = [
    "Lighthouse", "Blackbird", "Meridian", "Paper Moon", "Red Door", "Halcyon", "Northstar", "Tin Roof", "Juniper",
    "Silver Fox", "Atlas", "Wild Goose", "Obelisk", "Night Train", "Marigold", "Copperfield", "Third Street", "Aurora",
    "Stone Lion", "Open Window", "Kestrel", "Blue Heron", "Cathedral", "Long Shadow", "Orchard", "Pinwheel", "Gravity",
    "Harvest", "Ivory Tower", "Magpie", "Oldtown", "Parallel", "Quarry", "Rocket", "Sandcastle", "Tempest", "Umbrella",
    "Vineyard", "Windmill", "Zephyr",
];

/// Last words of studios.
pub(super) const STUDIO_ENDS: [&str; 8] = [
    "Pictures", "Films", "Studios", "Entertainment", "Productions", "Cinema", "Media", "House",
];

/// Genres, the most frequent first.
pub(super) const GENRES: [&str; 20] = [
    "Drama", "Comedy", "Thriller", "Action", "Romance", "Crime", "Adventure", "Horror", "Science Fiction", "Mystery",
    "Fantasy", "Family", "Animation", "History", "War", "Music", "Western", "Documentary", "Film Noir", "Sport",
];

/// Decades, the most frequent first.
pub(super) const DECADES: [&str; 10] = [
    "2010s", "2000s", "2020s", "1990s", "1980s", "1970s", "1960s", "1950s", "1940s", "1930s",
];

/// Running times, the most frequent first.
pub(super) const RUNNING_TIMES: [&str; 8] = [
    "90 to 99 minutes", "100 to 109 minutes", "110 to 119 minutes", "80 to 89 minutes", "120 to 129 minutes",
    "130 to 149 minutes", "150 minutes or more", "under 80 minutes",
];

/// Countries, the most frequent first.
pub(super) const COUNTRIES: [&str; 30] = [
    "United States", "India", "France", "United Kingdom", "Japan", "South Korea", "Italy", "Germany", "Spain", "China",
    "Canada", "Mexico", "Nigeria", "Brazil", "Sweden", "Poland", "Australia", "Argentina", "Iran", "Turkey", "Egypt",
    "Denmark", "Portugal", "Ireland", "Czechia", "Greece", "Norway", "Finland", "Chile", "Senegal",
];

/// Languages, the most frequent first.
pub(super) const LANGUAGES: [&str; 20] = [
    "English", "Hindi", "French", "Spanish", "Japanese", "Korean", "Italian", "German", "Mandarin", "Portuguese",
    "Swedish", "Polish", "Persian", "Turkish", "Arabic", "Danish", "Czech", "Greek", "Norwegian", "Finnish",
];

/// The place in [`LANGUAGES`] of the first language of each country, `[COUNTRIES.len()]`.
pub(super) const FIRST_LANGUAGE: [u32; 30] = [
    0, 1, 2, 0, 4, 5, 6, 7, 3, 8, 0, 3, 0, 9, 10, 11, 0, 3, 12, 13, 14, 15, 9, 0, 16, 17, 18, 19, 3, 2,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_holds_a_word_twice() {
        let lists: [&[&str]; 17] = [
            &ADJECTIVES,
            &NOUNS,
            &COMPANIONS,
            &ENDS,
            &FIRST_NAMES,
            &LAST_NAMES,
            &INITIALS,
            &PLACE_STEMS,
            &PLACE_ENDS,
            &PLACE_FRONTS,
            &STUDIO_WORDS,
            &STUDIO_ENDS,
            &GENRES,
            &DECADES,
            &RUNNING_TIMES,
            &COUNTRIES,
            &LANGUAGES,
        ];
        for list in lists {
            let distinct: std::collections::HashSet<&&str> = list.iter().collect();
            assert_eq!(distinct.len(), list.len(), "{}", list[0]);
        }
    }

    #[test]
    fn countries_speak_their_languages() {
        let language = |country: &str| {
            let place = COUNTRIES.iter().position(|&known| known == country).unwrap();
            LANGUAGES[FIRST_LANGUAGE[place] as usize]
        };
        let pairs = [("Ireland", "English"), ("Chile", "Spanish"), ("Senegal", "French"), ("Finland", "Finnish")];
        for (country, expected) in pairs.into_iter().chain([("Iran", "Persian"), ("Portugal", "Portuguese")]) {
            assert_eq!(language(country), expected);
        }
    }
}
