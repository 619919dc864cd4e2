BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0005');
CREATE TABLE alias (
	"key" VARCHAR(120) NOT NULL, 
	player_id INTEGER NOT NULL, 
	PRIMARY KEY ("key"), 
	FOREIGN KEY(player_id) REFERENCES player (id)
);
CREATE TABLE player (
	id INTEGER NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	"key" VARCHAR(120) NOT NULL, 
	created DATETIME NOT NULL, colour VARCHAR(7) DEFAULT '' NOT NULL, gone DATETIME, goal_unit VARCHAR(8), goal INTEGER, streak INTEGER DEFAULT '0' NOT NULL, longest_streak INTEGER DEFAULT '0' NOT NULL, last_day DATE, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
INSERT INTO "player" VALUES(1,'Ada','ada','2026-11-27 01:33:52.681059','#3ddc84',NULL,'days',3,1,1,'2026-11-22');
INSERT INTO "player" VALUES(2,'Bob','bob','2026-11-27 01:33:52.759033','#4da3ff',NULL,NULL,NULL,1,1,'2026-11-22');
CREATE TABLE program (
	id INTEGER NOT NULL, 
	"key" VARCHAR(120) NOT NULL, 
	data JSON NOT NULL, 
	changed DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE ("key")
);
INSERT INTO "program" VALUES(1,'morning','{"name": "Morning", "exercises": [{"workout": "squat", "work": 30.0, "rest": 0.0}], "rounds": 1, "round_rest": 0.0}','2026-11-27 01:33:52.781119');
CREATE TABLE repetition (
	session_uuid CHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	time FLOAT NOT NULL, 
	duration FLOAT NOT NULL, 
	range_of_motion FLOAT NOT NULL, 
	symmetry FLOAT NOT NULL, 
	score FLOAT NOT NULL, 
	cues JSON NOT NULL, set_number INTEGER DEFAULT '1' NOT NULL, 
	PRIMARY KEY (session_uuid, number), 
	FOREIGN KEY(session_uuid) REFERENCES session (uuid)
);
INSERT INTO "repetition" VALUES('11111111111141118111111111111111',1,1.5,1.0,0.9,1.0,91.0,'["Hands higher"]',1);
INSERT INTO "repetition" VALUES('11111111111141118111111111111111',2,3.0,1.0,0.9,1.0,92.0,'["Hands higher"]',1);
INSERT INTO "repetition" VALUES('22222222222242228222222222222222',1,1.5,1.0,0.9,1.0,91.0,'["Hands higher"]',1);
INSERT INTO "repetition" VALUES('22222222222242228222222222222222',2,3.0,1.0,0.9,1.0,92.0,'["Hands higher"]',1);
CREATE TABLE session (
	uuid CHAR(32) NOT NULL, 
	player_id INTEGER NOT NULL, 
	started DATETIME NOT NULL, 
	ended DATETIME, 
	status VARCHAR(12) NOT NULL, 
	reps INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	pace FLOAT NOT NULL, 
	score FLOAT, 
	station VARCHAR(30) NOT NULL, 
	model VARCHAR(60) NOT NULL, sway FLOAT, program TEXT DEFAULT '' NOT NULL, device VARCHAR(40) DEFAULT '' NOT NULL, day DATE DEFAULT '1970-01-01' NOT NULL, gone DATETIME, merged_from INTEGER, seconds FLOAT DEFAULT '0' NOT NULL, "match" VARCHAR(40) DEFAULT '' NOT NULL, 
	PRIMARY KEY (uuid), 
	FOREIGN KEY(player_id) REFERENCES player (id)
);
INSERT INTO "session" VALUES('11111111111141118111111111111111',1,'2026-11-22 14:59:00.000000','2026-11-22 15:00:00.000000','finished',12,1,6.0,91.5,'home','blazepose',1.5,'{"exercises":[{"rest":0.0,"workout":"squat"}],"name":"Free training","round_rest":0.0,"rounds":1}','tablet','2026-11-22',NULL,NULL,60.0,'');
INSERT INTO "session" VALUES('22222222222242228222222222222222',2,'2026-11-22 14:59:00.000000','2026-11-22 15:00:00.000000','finished',30,1,15.0,91.5,'home','blazepose',1.5,'{"exercises":[{"rest":0.0,"workout":"jumping_jacks"}],"name":"Free training","round_rest":0.0,"rounds":1}','tablet','2026-11-22',NULL,NULL,60.0,'');
CREATE TABLE tally (
	player_id INTEGER NOT NULL, 
	workout VARCHAR(60) NOT NULL, 
	day DATE NOT NULL, 
	sessions INTEGER NOT NULL, 
	sets INTEGER NOT NULL, 
	reps INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	scored INTEGER NOT NULL, 
	score FLOAT, 
	best_set INTEGER NOT NULL, 
	best_pace FLOAT, 
	best_score FLOAT, 
	PRIMARY KEY (player_id, workout, day), 
	FOREIGN KEY(player_id) REFERENCES player (id)
)
 WITHOUT ROWID

;
INSERT INTO "tally" VALUES(1,'squat','2026-11-22',1,1,12,60.0,12,91.5,12,6.0,91.5);
INSERT INTO "tally" VALUES(2,'jumping_jacks','2026-11-22',1,1,30,60.0,30,91.5,30,15.0,91.5);
CREATE TABLE workout_set (
	session_uuid CHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	workout VARCHAR(60) NOT NULL, 
	round INTEGER NOT NULL, 
	began FLOAT NOT NULL, 
	seconds FLOAT NOT NULL, 
	reps INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	score FLOAT, 
	sway FLOAT, 
	corrected INTEGER, 
	PRIMARY KEY (session_uuid, number), 
	FOREIGN KEY(session_uuid) REFERENCES session (uuid)
);
INSERT INTO "workout_set" VALUES('11111111111141118111111111111111',1,'squat',1,0.0,60.0,12,1,91.5,1.5,NULL);
INSERT INTO "workout_set" VALUES('22222222222242228222222222222222',1,'jumping_jacks',1,0.0,60.0,30,1,91.5,1.5,NULL);
CREATE INDEX session_station_status ON session (station, status);
CREATE INDEX tally_day ON tally (day);
CREATE INDEX session_player_started ON session (player_id, started);
CREATE INDEX session_player_day ON session (player_id, day);
CREATE INDEX session_gone ON session (gone);
CREATE INDEX session_match ON session ("match");
COMMIT;
